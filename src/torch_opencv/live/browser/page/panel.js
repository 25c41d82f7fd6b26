// The program's own panel: rows of text and thumbnails, fields, buttons and files. Everything is set as text, never as
// HTML.

let addresses = []; // of the thumbnails that are shown

// area: is hidden if there is no panel. send: takes a message.
export function showPanel(area, panel, send) {
  const old = addresses;
  addresses = [];
  area.hidden = panel === null;
  if (panel) {
    const [title, rows, forms, buttons] = area.children;
    title.textContent = panel.title;
    rows.replaceChildren(...panel.rows.map((row) => makeRow(row, send)));
    showFields(forms, panel.fields, send);
    buttons.replaceChildren(
      ...panel.buttons.map((button) => makeButton(button, send)),
      ...panel.downloads.map(makeDownload),
    );
  }
  for (const address of old) URL.revokeObjectURL(address);
}

function makeRow({ text, images, buttons }, send) {
  const row = document.createElement("li");
  if (text) {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    row.append(paragraph);
  }
  for (const jpeg of images) {
    const image = document.createElement("img");
    image.alt = text;
    image.src = address(jpeg);
    row.append(image);
  }
  row.append(...buttons.map((button) => makeButton(button, send)));
  return row;
}

// The fields stay as they are while they are the same ones, so that nobody loses what was typed.
function showFields(area, fields, send) {
  const forms = [...area.children];
  const same = forms.length === fields.length && forms.every((form, i) => form.dataset.name === fields[i].name);
  if (!same) area.replaceChildren(...fields.map((field) => ("largest" in field ? makeFileField(field) : makeField(field, send))));
  fields.forEach(({ label }, i) => {
    area.children[i].querySelector("span").textContent = label;
  });
}

// A form of its own, since phones' keyboards have no Enter but a key that submits.
function makeField({ name }, send) {
  const form = document.createElement("form");
  const area = document.createElement("label");
  const input = document.createElement("input");
  form.dataset.name = name;
  input.name = name;
  input.maxLength = 300;
  input.autocomplete = "off";
  input.enterKeyHint = "done";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ type: "text", field: name, text: input.value });
    input.value = "";
  });
  area.append(document.createElement("span"), input);
  form.append(area);
  return form;
}

// It is sent as soon as it is chosen. No file is left out by its name's ending: phones know few of them.
function makeFileField({ name, largest }) {
  const form = document.createElement("form");
  const area = document.createElement("label");
  const input = document.createElement("input");
  const news = document.createElement("p");
  form.dataset.name = name;
  area.className = "button";
  input.type = "file";
  input.name = name;
  news.setAttribute("role", "status");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    news.textContent = `Sending ${file.name}…`;
    news.textContent = file.size > largest ? tooLarge(largest) : await upload(name, file);
    input.value = ""; // so that the same one can be chosen again
  });
  area.append(document.createElement("span"), input);
  form.append(area, news);
  return form;
}

function tooLarge(largest) {
  return `The file is too large: at most ${Math.floor(largest / 2 ** 20)} MB.`;
}

// Why a file wasn't taken; empty if it was. What the program makes of it, it says itself.
async function upload(name, file) {
  try {
    const answer = await fetch(`panel/${encodeURIComponent(name)}`, { method: "POST", body: file });
    return answer.ok ? "" : await answer.text();
  } catch {
    return "The file couldn't be sent.";
  }
}

function makeButton({ name, label }, send) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => send({ type: "press", button: name }));
  return button;
}

function makeDownload({ name, label }) {
  const link = document.createElement("a");
  link.className = "button";
  link.href = `panel/${encodeURIComponent(name)}`;
  link.download = name;
  link.textContent = label;
  return link;
}

// A blob's, since the page's security policy allows no data: addresses.
function address(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const made = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  addresses.push(made);
  return made;
}
