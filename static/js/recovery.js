// Recovery codes: saved as a file or printed. Copying is in sixdigits.js.
const list = document.querySelector("#recovery-codes");
const buttons = document.querySelectorAll("[data-download], [data-print]");

buttons.forEach((button) => {
  button.hidden = !list;
  button.addEventListener("click", () => ("print" in button.dataset ? print() : save(button.dataset.file)));
});

function save(name) {
  const lines = [...list.children].map((item) => item.textContent).join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${lines}\n`], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
