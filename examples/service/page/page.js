// The page of the service: uploads with progress, the list of files, links and removal.

const $ = (id) => document.getElementById(id);
const bytes = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

let files = [];
let cursor = null;
let maxUpload = Infinity;

// ---- The list ----

async function load({ after = null } = {}) {
  const query = after ? `?cursor=${encodeURIComponent(after)}` : "";
  try {
    const page = await ask("GET", `/files${query}`);
    files = after ? files.concat(page.files) : page.files;
    cursor = page.next;
    maxUpload = page.max_upload;
    $("limit").textContent = `Up to ${size(maxUpload)} each.`;
    complain(null);
  } catch (error) {
    complain(`The list of files could not be loaded. ${error.message}`);
  }
  draw();
}

function draw() {
  files.sort((a, b) => b.modified.localeCompare(a.modified));
  $("files").replaceChildren(...files.map(row));
  $("empty").hidden = files.length > 0 || !$("trouble").hidden;
  $("more").hidden = !cursor;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const count = `${files.length}${cursor ? "+" : ""} ${files.length === 1 ? "file" : "files"}`;
  $("summary").textContent = files.length ? `${count}, ${size(total)}` : "";
}

function row(file) {
  const item = $("file").content.cloneNode(true).firstElementChild;
  item.dataset.id = file.id;
  item.querySelector(".name").textContent = file.filename;
  item.querySelector(".kind").textContent = extension(file.filename);
  item.querySelector(".size").textContent = size(file.size);
  const time = item.querySelector("time");
  time.dateTime = file.modified;
  time.textContent = dates.format(new Date(file.modified));
  const download = item.querySelector(".download");
  download.href = `/files/${file.id}/download`;
  download.setAttribute("aria-label", `Download ${file.filename}`);
  const copy = item.querySelector(".copy");
  copy.setAttribute("aria-label", `Copy a link to ${file.filename}`);
  copy.addEventListener("click", () => copyLink(file));
  const remove = item.querySelector(".delete");
  remove.setAttribute("aria-label", `Delete ${file.filename}`);
  remove.addEventListener("click", () => removeFile(file));
  return item;
}

async function copyLink(file) {
  try {
    const { url } = await ask("GET", `/files/${file.id}`);
    await navigator.clipboard.writeText(url);
    say("Link copied. It is good for one hour.");
  } catch (error) {
    complain(`The link to “${file.filename}” could not be copied. ${error.message}`);
  }
}

async function removeFile(file) {
  $("question").textContent = `Delete “${file.filename}”?`;
  const dialog = $("confirm");
  dialog.returnValue = "keep";
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  if (dialog.returnValue !== "delete") return;
  try {
    await ask("DELETE", `/files/${file.id}`);
    files = files.filter((other) => other.id !== file.id);
    complain(null);
    say(`“${file.filename}” is deleted.`);
  } catch (error) {
    complain(`“${file.filename}” could not be deleted. ${error.message}`);
  }
  draw();
}

// ---- Uploads ----

function upload(file) {
  const item = $("upload").content.cloneNode(true).firstElementChild;
  item.querySelector(".name").textContent = file.name;
  item.querySelector("progress").setAttribute("aria-label", `Upload of ${file.name}`);
  $("uploads").prepend(item);
  const cancel = item.querySelector(".cancel");
  if (file.size > maxUpload) {
    fail(item, `This file is too large. The most is ${size(maxUpload)}.`);
    return;
  }
  const request = new XMLHttpRequest();
  const fails = (message) => fail(item, message);
  cancel.addEventListener("click", () => (request.readyState === 4 ? item.remove() : request.abort()));
  request.upload.addEventListener("progress", (event) => advance(item, event));
  request.addEventListener("abort", () => fails("You cancelled this upload."));
  request.addEventListener("error", () => fails("The connection was lost. Nothing was stored; try again."));
  request.addEventListener("load", () => {
    if (request.status !== 201) return fails(message(request.status, request.responseText));
    finish(item);
    load();
  });
  const form = new FormData();
  form.append("file", file);
  request.open("POST", "/files");
  request.send(form);
}

function advance(item, { loaded, total }) {
  const bar = item.querySelector("progress");
  bar.max = total;
  bar.value = loaded;
  const percent = total ? Math.floor((100 * loaded) / total) : 100;
  item.querySelector(".state").textContent = loaded < total ? `${percent} %` : "Storing …";
}

function finish(item) {
  const bar = item.querySelector("progress");
  bar.value = bar.max;
  item.classList.add("done");
  item.querySelector(".state").textContent = "Stored";
  item.querySelector(".cancel").textContent = "Dismiss";
}

function fail(item, text) {
  item.classList.add("failed");
  item.querySelector("progress").hidden = true;
  item.querySelector(".state").textContent = "Not stored";
  const trouble = item.querySelector(".trouble");
  trouble.textContent = text;
  trouble.hidden = false;
  const dismiss = item.querySelector(".cancel");
  dismiss.textContent = "Dismiss";
  dismiss.addEventListener("click", () => item.remove());
}

// ---- What both need ----

async function ask(method, path) {
  let response;
  try {
    response = await fetch(path, { method });
  } catch {
    throw new Error("The service does not answer. Is it running?");
  }
  const text = await response.text();
  if (!response.ok) throw new Error(message(response.status, text));
  return text ? JSON.parse(text) : null;
}

/** What to tell of an answer that is no success. */
function message(status, text) {
  try {
    const said = JSON.parse(text).error.message;
    return `${said[0].toUpperCase()}${said.slice(1)}.`;
  } catch {
    return `The service answered with status ${status}.`;
  }
}

function size(count) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return count === 1 && unit === 0 ? "1 byte" : `${bytes.format(count)} ${units[unit]}`;
}

function extension(name) {
  const dot = name.lastIndexOf(".");
  const found = dot > 0 ? name.slice(dot + 1) : "";
  return found && found.length <= 4 ? found : "file";
}

function complain(text) {
  $("trouble").textContent = text ?? "";
  $("trouble").hidden = !text;
}

function say(text) {
  const said = $("said");
  said.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (said.textContent = ""), 4000);
}

$("choose").addEventListener("change", ({ target }) => {
  [...target.files].forEach(upload);
  target.value = "";
});
$("more").addEventListener("click", () => load({ after: cursor }));

// A file dropped beside the zone must not replace the page.
for (const kind of ["dragover", "drop"]) {
  window.addEventListener(kind, (event) => event.preventDefault());
}
const drop = $("drop");
drop.addEventListener("dragover", () => drop.classList.add("over"));
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", ({ dataTransfer }) => {
  drop.classList.remove("over");
  [...dataTransfer.files].forEach(upload);
});

load();
