// A monitor while its run goes on: the service draws it anew at each snapshot, in a frame in which no script runs.

import { $, events, fit, headers, keepFitting, page, refusal } from "/service.js";

const AGAIN = 2000; // milliseconds until a broken stream is asked for again
const PACE = 1000; // and between two drawings
const id = new URLSearchParams(location.search).get("id") ?? "";
const path = `/v1/monitors/${encodeURIComponent(id)}`;
let behind = false; // whether something has come since the last drawing began
let drawing = false;

const say = (text, bad) => {
  $("said").textContent = text;
  $("said").className = bad ? "bad" : "";
};

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** The new page's content in place of the old one's: what was unfolded stays so, and nothing scrolls. */
const replace = text => {
  const shown = $("report").contentDocument;
  const old = shown?.querySelector("main");
  if (!old) {
    $("report").srcdoc = text;
    return;
  }
  const next = new DOMParser().parseFromString(text, "text/html");
  const unfolded = new Set([...old.querySelectorAll("details[open] > summary")].map(summary => summary.textContent));
  for (const details of next.querySelectorAll("details")) {
    details.open = unfolded.has(details.querySelector("summary").textContent);
  }
  shown.title = next.title;
  old.replaceWith(shown.adoptNode(next.querySelector("main")));
  fit($("report"));
};

const draw = async () => {
  behind = true;
  if (drawing) return;
  drawing = true;
  try {
    while (behind) {
      behind = false;
      replace(await page(path));
      await pause(PACE);
    }
  } finally {
    drawing = false;
  }
};

/** Whether there is more to come. */
const listen = async () => {
  const answer = await fetch(path, { headers: headers("text/event-stream") });
  if (!answer.ok) throw new Error(refusal(await answer.json()));
  for await (const { name, data } of events(answer)) {
    if (name === "end") {
      say("The monitor was deleted.");
      return false;
    }
    say(data.step === undefined ? "Waiting for the first snapshot." : `Live, at step ${data.step}.`);
    draw().catch(problem => say(problem.message, true));
  }
  return true;
};

const follow = async () => {
  for (let more = true; more;) {
    try {
      more = await listen();
      if (more) say("The stream ended; asking for it again.");
    } catch (problem) {
      say(problem.message, true);
    }
    await pause(AGAIN);
  }
};

$("asking").addEventListener("submit", submitted => submitted.preventDefault()); // the next attempt has the key
keepFitting($("report"));
$("alone").href = `${path}.html`;
follow();
