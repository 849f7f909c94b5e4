import { describe, expect, it } from "vitest";
import { escapeHtml, html, raw } from "../../src/report/html.js";

describe("html", () => {
  it("escapes what HTML and its attributes give a meaning to", () => {
    expect(escapeHtml(`a<b>&"c'`)).toBe("a&lt;b&gt;&amp;&quot;c&#39;");
  });

  it("escapes every value but Html", () => {
    expect(html`<p title="${'"'}">${"<i>"}${raw("<b>x</b>")}${html`<u>${"&"}</u>`}</p>`.html).toBe(
      '<p title="&quot;">&lt;i&gt;<b>x</b><u>&amp;</u></p>',
    );
  });

  it("joins lists, escapes their items and leaves out false and undefined, but not 0", () => {
    expect(html`${["<", html`<br>`, 1]}|${false}${undefined}${0}`.html).toBe("&lt;<br>1|0");
  });
});
