// What the pages share: they ask the service, and what they show of foreign text they set as text, never as markup.

const GOOD = ["PASS", "HEALTHY"];
const BAD = ["FAIL", "UNHEALTHY"];

export const $ = id => document.getElementById(id);

export const make = (tag, text, style) => {
  const element = document.createElement(tag);
  element.textContent = text ?? "";
  if (style) element.className = style;
  return element;
};

export const tone = verdict => GOOD.includes(verdict) ? "good" : BAD.includes(verdict) ? "bad" : "odd";

export const headers = accept => {
  const key = $("key").value.trim();
  return key ? { Accept: accept, "X-API-Key": key } : { Accept: accept };
};

export const refusal = problem => [problem.title, problem.detail, problem.pointer && `At ${problem.pointer}`,
  problem.got && `It got: ${problem.got}`, problem.expected && `It expects: ${problem.expected}`].filter(Boolean).join("\n");

/** Server-sent events of an answer, one after the other: { name, data }. */
export async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const pieces = (rest + value).split("\n\n");
    rest = pieces.pop();
    for (const piece of pieces) {
      const name = /^event: ?(.*)$/m.exec(piece);
      const data = /^data: ?(.*)$/m.exec(piece);
      if (name && data) yield { name: name[1], data: JSON.parse(data[1]) };
    }
  }
}

/** A report's page as it is; where the service refuses it, its words. */
export const page = async path => {
  const answer = await fetch(path, { headers: headers("text/html") });
  if (!answer.ok) throw new Error(refusal(await answer.json()));
  return answer.text();
};

/** Makes a frame as high as the report in it; its links leave the frame, which nothing else may be shown in. */
export const fit = frame => {
  const content = frame.contentDocument;
  if (!content?.body) return;
  frame.style.height = `${content.body.scrollHeight + 24}px`;
  for (const link of content.querySelectorAll('a[href^="/"]')) link.target = "_top";
};

/** The same whenever something is loaded or unfolded in it. */
export const keepFitting = frame => frame.addEventListener("load", () => {
  fit(frame);
  frame.contentDocument?.addEventListener("toggle", () => fit(frame), true);
});
