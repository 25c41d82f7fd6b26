// A wall: of an image that is made of many small pictures, each by itself, with what is said about it, in as many columns
// as there is room for. Everything is set as text, never as HTML.

// area: a list, hidden if there are no pictures. image: what they are cut out of.
export function showWall(area, image, pictures) {
  area.hidden = pictures.length === 0;
  if (area.children.length !== pictures.length) {
    area.replaceChildren(...pictures.map(makeItem));
    area.style.setProperty("--columns", Math.ceil(Math.sqrt(pictures.length)));
  }
  pictures.forEach(({ box, name, state, text }, i) => {
    const item = area.children[i];
    const [canvas, title, news] = item.children;
    const [x, y, width, height] = box;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.getContext("2d", { alpha: false }).drawImage(image, x, y, width, height, 0, 0, width, height);
    item.dataset.state = state;
    setText(title, name.replaceAll("/", "/\u200b")); // lines may break there
    setText(news, text);
    item.title = `${name}: ${text}`; // as long texts are cut
  });
}

function makeItem() {
  const item = document.createElement("li");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const name = document.createElement("p");
  name.className = "name";
  const news = document.createElement("p");
  news.className = "news";
  item.append(canvas, name, news);
  return item;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
