"""Scripts that let a shell complete commands and options."""

from __future__ import annotations

import argparse

BASH = """_colorweb() {
  local word=${COMP_WORDS[COMP_CWORD]} words=
  COMPREPLY=()
  case ${COMP_WORDS[1]} in
%(cases)s
  esac
  if [ "$COMP_CWORD" = 1 ]; then words='%(commands)s'; fi
  if [ "$COMP_CWORD" -gt 1 ] && [ "${word#-}" = "$word" ]; then
    compopt -o default 2>/dev/null; return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _colorweb colorweb
"""
ZSH = "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n"
SHELLS = ("bash", "zsh", "fish")


def script(shell: str, commands: dict[str, argparse.ArgumentParser]) -> str:
    """What the shell is to read, as by `source <(colorweb completion bash)`."""
    if shell == "fish":
        return "".join(_fish(name, parser) for name, parser in commands.items())
    cases = "\n".join(
        f"    {name}) words='{' '.join(_options(parser))}' ;;" for name, parser in commands.items()
    )
    text = BASH % {"cases": cases, "commands": " ".join(commands)}
    return ZSH + text if shell == "zsh" else text


def _options(parser: argparse.ArgumentParser) -> list[str]:
    shown = (one for one in parser._actions if one.help != argparse.SUPPRESS)  # noqa: SLF001
    return [option for one in shown for option in one.option_strings]


def _fish(name: str, parser: argparse.ArgumentParser) -> str:
    lines = [f"complete -c colorweb -n __fish_use_subcommand -a {name}"]
    lines += [
        f"complete -c colorweb -n '__fish_seen_subcommand_from {name}' -l {option[2:]}"
        for option in _options(parser)
        if option.startswith("--")
    ]
    return "\n".join(lines) + "\n"
