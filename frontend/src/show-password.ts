/** `<show-password>`: a button that shows what is typed into the password's field. */
export class ShowPassword extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button")!;
    const field = document.querySelector<HTMLInputElement>(`#${button.getAttribute("aria-controls")}`)!;
    const show = (shown: boolean) => {
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    };
    button.addEventListener("click", () => show(field.type === "password"));
    field.form?.addEventListener("submit", () => show(false)); // or browsers do not save it
  }
}
