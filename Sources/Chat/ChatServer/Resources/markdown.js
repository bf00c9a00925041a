// Markdown blocks: splits a text into blocks and builds nodes for them. HTML in the text stays text.
import { element, icon } from "./dom.js";
import { appendCode } from "./highlight.js";
import { appendInline } from "./inline.js";

const deepest = 32;
const mostRows = 200;
const mostColumns = 50;
const copiedFor = 2000;

// An answer may be made to be slow: each pattern takes time in proportion to its line. No two neighbouring parts match the
// same characters, and what may stand at the end of a line is cut off before.
const lineBreak = /\r\n|[\n\r\u2028\u2029]/;
const fencePattern = /^ {0,3}(`{3,}(?!`)|~{3,}(?!~))([^`]*)$/;
const headingPattern = /^ {0,3}(#{1,6})(?:[ \t]|$)/;
const rulePattern = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const quotePattern = /^ {0,3}> ?/;
const itemPattern = /^( {0,3})([-*+]|\d{1,9}[.)])(?:([ \t]+)(.*)|)$/;
const mathPattern = /^ {0,3}(\$\$|\\\[)/;
const separatorPattern = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;

/** Shows a growing text: only the blocks that changed are built anew. */
export class MarkdownView {
    #root;
    #blocks = [];

    constructor(root) {
        this.#root = root;
    }

    /** Shows `text`, which usually begins with the text shown before. */
    update(text) {
        const blocks = withLevels(splitBlocks(text.split(lineBreak)));
        let same = 0;
        while (same < blocks.length && same < this.#blocks.length
            && blocks[same].kind === this.#blocks[same].kind
            && blocks[same].lines.join("\n") === this.#blocks[same].lines.join("\n")) {
            same += 1;
        }
        while (this.#root.childNodes.length > same) this.#root.lastChild.remove();
        for (const block of blocks.slice(same)) this.#root.append(render(block, 0));
        this.#blocks = blocks;
    }
}

/** Appends the nodes of a Markdown text to `parent`. */
export function appendMarkdown(parent, text) {
    appendBlocks(parent, text.split(lineBreak), 0);
}

function appendBlocks(parent, lines, depth) {
    if (depth > deepest) {
        parent.append(element("p", {}, lines.join("\n")));
        return;
    }
    for (const block of withLevels(splitBlocks(lines))) parent.append(render(block, depth));
}

function splitBlocks(lines) {
    const blocks = [];
    let at = 0;
    const take = (kind, end) => {
        blocks.push({ kind, lines: lines.slice(at, end) });
        at = end;
    };
    while (at < lines.length) {
        const line = lines[at];
        if (!line.trim()) at += 1;
        else if (fencePattern.test(line)) take("code", endOfFence(lines, at));
        else if (mathPattern.test(line) && endOfMath(lines, at)) take("math", endOfMath(lines, at));
        else if (headingPattern.test(line)) take("heading", at + 1);
        else if (rulePattern.test(line)) take("rule", at + 1);
        else if (quotePattern.test(line)) take("quote", endWhile(lines, at, (next) => quotePattern.test(next)));
        else if (itemPattern.test(line)) take("list", endOfList(lines, at));
        else if (isTable(lines, at)) take("table", endWhile(lines, at + 2, (next) => next.trim() && next.includes("|")));
        else take("paragraph", endOfParagraph(lines, at));
    }
    return blocks;
}

/** Gives each heading its place in the page, below the message's own, without leaving a level out. */
function withLevels(blocks) {
    let above = 2;
    for (const block of blocks) {
        if (block.kind !== "heading") continue;
        const written = headingPattern.exec(block.lines[0])[1].length + 2;
        above = Math.min(written, above + 1, 6);
        block.level = above;
    }
    return blocks;
}

function endWhile(lines, start, belongs) {
    let end = start;
    while (end < lines.length && belongs(lines[end])) end += 1;
    return end;
}

function endOfFence(lines, start) {
    const fence = fencePattern.exec(lines[start])[1];
    for (let at = start + 1; at < lines.length; at += 1) {
        const line = lines[at].trim();
        if (line.length >= fence.length && /^ {0,3}\S/.test(lines[at]) && line === fence[0].repeat(line.length)) return at + 1;
    }
    return lines.length;
}

/** Where a formula ends that begins in a line of its own; 0 if no line before the next empty one ends it. */
function endOfMath(lines, start) {
    const closing = mathPattern.exec(lines[start])[1] === "$$" ? "$$" : "\\]";
    if (lines[start].trim().slice(2).endsWith(closing)) return start + 1;
    return (closingLines(lines, closing)[start + 1] ?? -1) + 1;
}

const closingsKnown = new WeakMap();

/** For each line the next one that ends a formula, without an empty line between; looked for once, not for each line. */
function closingLines(lines, closing) {
    const known = closingsKnown.get(lines) ?? {};
    closingsKnown.set(lines, known);
    if (known[closing]) return known[closing];
    const next = new Array(lines.length).fill(-1);
    for (let at = lines.length - 1; at >= 0; at -= 1) {
        const line = lines[at].trim();
        if (line) next[at] = line.endsWith(closing) ? at : next[at + 1] ?? -1;
    }
    known[closing] = next;
    return next;
}

function endOfList(lines, start) {
    const ordered = isOrdered(lines[start]);
    let end = start + 1;
    for (let at = end; at < lines.length; at += 1) {
        const line = lines[at];
        if (!line.trim()) continue;
        const item = itemPattern.exec(line);
        if (item && !rulePattern.test(line)) {
            if (isOrdered(line) !== ordered && !item[1]) break;
        } else if (!/^\s/.test(line) && (end < at || startsBlock(lines, at))) {
            break;
        }
        end = at + 1;
    }
    return end;
}

function endOfParagraph(lines, start) {
    let end = start + 1;
    while (end < lines.length && lines[end].trim() && !startsBlock(lines, end)) end += 1;
    return end;
}

function startsBlock(lines, at) {
    const line = lines[at];
    const item = itemPattern.exec(line);
    return fencePattern.test(line) || headingPattern.test(line) || rulePattern.test(line) || quotePattern.test(line)
        || (mathPattern.test(line) && endOfMath(lines, at) > 0) || (item !== null && item[4] !== undefined && (!isOrdered(line) || /^1[.)]/.test(item[2]))) || isTable(lines, at);
}

function isOrdered(line) {
    return /^\s*\d/.test(line);
}

function isTable(lines, at) {
    return lines[at].includes("|") && at + 1 < lines.length && separatorPattern.test(lines[at + 1].trimEnd())
        && lines[at + 1].includes("-") && cells(lines[at]).length === cells(lines[at + 1]).length;
}

function render(block, depth) {
    switch (block.kind) {
    case "code": return codeBlock(block.lines);
    case "heading": return heading(block.lines[0], block.level);
    case "rule": return element("hr");
    case "quote": return quote(block.lines, depth);
    case "math": return element("div", { class: "math" }, block.lines.join("\n").trim().slice(2, -2).trim());
    case "list": return list(block.lines, depth);
    case "table": return table(block.lines);
    default: return inlineElement("p", block.lines.map((line) => line.replace(/^\s+/, "")).join("\n").trimEnd());
    }
}

function inlineElement(name, text, properties = {}) {
    const node = element(name, properties);
    appendInline(node, text);
    return node;
}

function heading(line, level) {
    const match = headingPattern.exec(line);
    let text = line.slice(match[0].length).trim();
    let end = text.length;
    while (end > 0 && text[end - 1] === "#") end -= 1;
    // "## Two ##": the marks at the end belong to the heading if they stand apart.
    if (end === 0 || /[ \t]/.test(text[end - 1])) text = text.slice(0, end).trimEnd();
    return inlineElement(`h${level}`, text, { class: `level-${match[1].length}` });
}

function quote(lines, depth) {
    const node = element("blockquote");
    appendBlocks(node, lines.map((line) => line.replace(quotePattern, "")), depth + 1);
    return node;
}

function list(lines, depth) {
    const ordered = isOrdered(lines[0]);
    const node = element(ordered ? "ol" : "ul");
    if (ordered) node.start = Number.parseInt(lines[0].trim(), 10);
    const loose = lines.some((line, at) => !line.trim() && at < lines.length - 1 && itemPattern.test(lines[at + 1]));
    const base = /^ */.exec(lines[0])[0].length;
    let content = [];
    let width = 0;
    const finish = () => {
        if (content.length) node.append(listItem(content, loose, depth));
    };
    for (const line of lines) {
        const item = itemPattern.exec(line);
        if (item && item[1].length < base + Math.max(width, 2) && !(content.length && item[1].length >= base + width)
            && !rulePattern.test(line)) {
            finish();
            width = item[1].length + item[2].length + Math.min(item[3]?.length ?? 1, 4) - base;
            content = [item[4] ?? ""];
        } else {
            content.push(line.slice(Math.min(/^ */.exec(line)[0].length, base + width)));
        }
    }
    finish();
    return node;
}

function listItem(lines, loose, depth) {
    const node = element("li");
    const task = /^\[([ xX])\][ \t]+/.exec(lines[0]);
    if (task) lines = [`${task[1] === " " ? "☐" : "☑"} ${lines[0].slice(task[0].length)}`, ...lines.slice(1)];
    appendBlocks(node, lines, depth + 1);
    const first = node.firstChild;
    // A tight list has no paragraphs around its items' texts.
    if (!loose && first?.nodeName === "P") first.replaceWith(...first.childNodes);
    return node;
}

function cells(line) {
    const row = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
    return row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function table(lines) {
    const alignments = cells(lines[1]).slice(0, mostColumns).map((cell) => {
        if (cell.endsWith(":")) return cell.startsWith(":") ? "align-center" : "align-end";
        return undefined;
    });
    const row = (line, name) => {
        const values = cells(line);
        return element(
            "tr", {},
            alignments.map((alignment, column) => inlineElement(name, values[column] ?? "", { class: alignment })));
    };
    const rows = lines.slice(2);
    const body = element("tbody", {}, rows.slice(0, mostRows).map((line) => row(line, "td")));
    const left = rows.length - mostRows;
    return element(
        "div", { class: "table", tabIndex: 0, role: "region", "aria-label": "Table" },
        element("table", {}, element("thead", {}, row(lines[0], "th")), body),
        left > 0 ? element("p", { class: "muted" }, `${left} more rows are not shown.`) : null);
}

function codeBlock(lines) {
    const opening = fencePattern.exec(lines[0]);
    const last = lines.at(-1).trim();
    const closed = lines.length > 1 && last.length >= opening[1].length && last === opening[1][0].repeat(last.length);
    const code = lines.slice(1, closed ? -1 : undefined).join("\n");
    const language = /^[A-Za-z0-9+#.-]{1,20}/.exec(opening[2].trim())?.[0] ?? "";
    const body = element("code", { class: language ? `lang-${language}` : undefined });
    // While a program grows, each step would colour all of it again.
    if (closed) appendCode(body, code, language);
    else body.append(code);
    return element(
        "figure", { class: "code" },
        element("figcaption", {}, element("span", {}, language || "text"), copyButton(code)),
        element("pre", { tabIndex: 0 }, body));
}

function copyButton(text) {
    const label = element("span", {}, "Copy");
    const button = element("button", { type: "button", class: "copy" }, icon("copy"), label);
    button.addEventListener("click", async () => {
        let done = true;
        try {
            await navigator.clipboard.writeText(text);
        } catch {
            done = false;
        }
        label.textContent = done ? "Copied" : "Not allowed";
        button.firstChild.replaceWith(icon(done ? "check" : "warning"));
        setTimeout(() => {
            label.textContent = "Copy";
            button.firstChild.replaceWith(icon("copy"));
        }, copiedFor);
    });
    return button;
}
