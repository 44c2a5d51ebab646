"""A page whose socket was ended by a restart comes back by itself, soon."""

import json
import subprocess

from colorweb.runtime import REPOSITORY
from tests.frontend.node import NODE

CHANNEL = REPOSITORY / "frontend" / "src" / "channel.ts"
RESTARTS = """
import { mock } from "node:test";
const { Channel } = await import(process.argv[1]);
mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
const sockets = [];
Object.assign(globalThis, {
  addEventListener() {},
  location: { href: "https://colors.example/", protocol: "https:" },
  WebSocket: class {
    constructor(address) { sockets.push(this); this.address = address; }
    close() {}
  },
});
new Channel("/ws/me/", () => {}, async () => {}).start();
const STEP = 10;
function away(isBack) {
  const count = sockets.length;
  let waited = 0;
  if (isBack) sockets.at(-1).onopen();
  sockets.at(-1).onclose();
  for (; sockets.length === count; waited += STEP) mock.timers.tick(STEP);
  return waited;
}
const restarts = Array.from({ length: 200 }, () => away(true));
const outage = Array.from({ length: 10 }, () => away(false));
console.log(JSON.stringify({ restarts, outage, address: sockets[0].address }));
process.exit();
"""


def test_a_page_opens_its_socket_again_within_two_seconds_of_its_own_clock():
    command = [NODE, "--input-type=module", "--eval", RESTARTS, CHANNEL.as_uri()]
    done = subprocess.run(command, capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert found["address"] == "wss://colors.example/ws/me/"
    assert 0 < min(found["restarts"]) < max(found["restarts"]) < 2000
    # While nobody answers, pages ask less and less often.
    assert 2000 < max(found["outage"]) <= 1.5 * 15_000 + 10
