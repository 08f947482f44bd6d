// The page that tries the service.

import { $, events, headers, keepFitting, make, page, refusal, tone } from "/service.js";

const PARTS = ["model", "data", "gradients", "parameters", "weights", "activations", "cotangents", "previousGradients", "baseline"];
const PHASES = { reference: "The model's own gradient", certificate: "Certifying it", exhaustive: "Differencing every entry",
  scheme: "Differencing every entry", evidence: "Differencing the entries that are shown", explanation: "Looking for where it comes from",
  power: "Planting mistakes that should be noticed", secondOpinion: "Taking second opinions" };

const chosen = []; // { file, part }
let under = null; // what stops the request that is under way

const say = (text, bad) => {
  $("said").textContent = text;
  $("said").className = bad ? "bad" : "";
};

// ── files ──

const guess = name => {
  const lower = name.toLowerCase();
  if (lower.endsWith(".onnx")) return "model";
  if (/grad/.test(lower)) return "gradients";
  if (/activation/.test(lower)) return "activations";
  if (/param|weight|state/.test(lower)) return "parameters";
  return "data";
};

const size = bytes => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

const add = files => {
  for (const file of files) chosen.push({ file, part: guess(file.name) });
  showFiles();
};

const showFiles = () => {
  const body = $("chosen").querySelector("tbody");
  body.replaceChildren(...chosen.map(entry => {
    const row = make("tr");
    const select = make("select");
    select.setAttribute("aria-label", `What ${entry.file.name} is`);
    for (const part of PARTS) select.add(new Option(part, part, false, part === entry.part));
    select.addEventListener("change", () => { entry.part = select.value; });
    const remove = make("button", "Remove");
    remove.type = "button";
    remove.addEventListener("click", () => {
      chosen.splice(chosen.indexOf(entry), 1);
      showFiles();
    });
    const is = make("td");
    is.append(select);
    const last = make("td");
    last.append(remove);
    row.append(make("td", entry.file.name), make("td", size(entry.file.size)), is, last);
    return row;
  }));
  $("chosen").hidden = chosen.length === 0;
};

$("files").addEventListener("change", () => {
  add($("files").files);
  $("files").value = "";
});
for (const event of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(event, dragged => {
    dragged.preventDefault();
    $("drop").classList.toggle("over", event === "dragover");
    if (event === "drop") add(dragged.dataTransfer.files);
  });
}

$("example").addEventListener("click", () => {
  $("formula").value = "mean((x @ w + b - y)^2)";
  $("parameters").value = '{"w": [[0.5], [-0.3]], "b": [0.1]}';
  $("data").value = '{"x": [[1, 2], [0.5, -1], [2, 0.3], [-1, 0.7]], "y": [[1], [0], [1.5], [-0.5]]}';
  $("gradients").value = '{"w": [[-4.235], [-1.317]], "b": [-3.0]}';
});

// ── asking ──

const numbers = id => {
  const text = $(id).value.trim();
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new Error(`The ${id} are no JSON: ${problem.message}`);
  }
};

const form = () => {
  const request = {};
  const formula = $("formula").value.trim();
  if (formula) request.model = { formula };
  for (const id of ["parameters", "data", "gradients"]) {
    const given = numbers(id);
    if (given !== undefined) request[id] = given;
  }
  if ($("loss").value) request.loss = { kind: $("loss").value };
  if ($("label").value) request.label = $("label").value;
  const parts = new FormData();
  parts.append("request", new Blob([JSON.stringify(request)], { type: "application/json" }));
  for (const { file, part } of chosen) parts.append(part, file, file.name);
  return parts;
};

const progressed = ({ phase, done, total, seconds }) => {
  const words = PHASES[phase] ?? phase;
  $("phase").textContent = `${words}: ${done} of ${total}, ${seconds.toFixed(1)} s`;
  $("bar").value = total > 0 ? done / total : 0;
};

const ask = async path => {
  under = new AbortController();
  const accept = path === "gradient-checks" ? "text/event-stream, application/json;q=0.5" : "application/json";
  const answer = await fetch(`/v1/${path}`, { method: "POST", body: form(), headers: headers(accept), signal: under.signal });
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) {
    const said = await answer.json();
    if (!answer.ok) throw new Error(refusal(said));
    return said;
  }
  for await (const { name, data } of events(answer)) {
    if (name === "progress") progressed(data);
    if (name === "problem") throw new Error(refusal(data));
    if (name === "report") return data;
  }
  throw new Error("The answer ended before its report.");
};

$("form").addEventListener("submit", async submitted => {
  submitted.preventDefault();
  const path = new FormData($("form")).get("question");
  say("");
  $("go").disabled = true;
  $("progress").hidden = false;
  $("phase").textContent = "Sending";
  $("bar").removeAttribute("value");
  try {
    const report = await ask(path);
    say(`${report.verdict}: ${report.summary}`);
    await show(`/v1/${path}/${report.id}`);
    $("kind").value = path;
    await list();
  } catch (problem) {
    say(problem.name === "AbortError" ? "Stopped." : problem.message, problem.name !== "AbortError");
  } finally {
    $("go").disabled = false;
    $("progress").hidden = true;
    under = null;
  }
});
$("stop").addEventListener("click", () => under?.abort());

// ── reading ──

/** The page as it is, in a frame in which no script runs. */
const show = async path => {
  $("report").srcdoc = await page(path);
  $("alone").href = `${path}.html`;
  $("answer").hidden = false;
  $("answer").scrollIntoView({ block: "start" });
};
keepFitting($("report"));

/** A monitor has a page that follows it; a report stays as it is, and is shown here. */
const linked = (kind, item) => {
  const link = make("a", item.summary ?? item.name ?? item.id);
  const path = `/v1/${kind}/${encodeURIComponent(item.id)}`;
  if (kind === "monitors") {
    link.href = `/monitor.html?id=${encodeURIComponent(item.id)}`;
    return link;
  }
  link.href = `${path}.html`;
  link.addEventListener("click", event => {
    event.preventDefault();
    show(path).catch(problem => say(problem.message, true));
  });
  return link;
};

const list = async () => {
  const kind = $("kind").value;
  const answer = await fetch(`/v1/${kind}?limit=20`, { headers: headers("application/json") });
  const said = await answer.json();
  if (!answer.ok) {
    $("list").querySelector("tbody").replaceChildren();
    $("none").hidden = false;
    $("none").textContent = answer.status === 401 ? "The service asks for an API key." : refusal(said);
    return;
  }
  $("none").hidden = said.items.length > 0;
  $("none").textContent = "Nothing is kept yet.";
  $("list").querySelector("tbody").replaceChildren(...said.items.map(item => {
    const row = make("tr");
    const verdict = make("td");
    verdict.append(make("span", item.verdict ?? "asks", `verdict ${tone(item.verdict)}`));
    const what = make("td");
    if (item.label) what.append(make("b", item.label), document.createTextNode(": "));
    what.append(linked(kind, item));
    row.append(verdict, make("td", new Date(item.createdAt).toLocaleString(), "when"), what);
    return row;
  }));
};
$("kind").addEventListener("change", () => list().catch(problem => say(problem.message, true)));
$("again").addEventListener("click", () => list().catch(problem => say(problem.message, true)));
$("key").addEventListener("change", () => list().catch(problem => say(problem.message, true)));
list().catch(problem => say(problem.message, true));
