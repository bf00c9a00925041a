// Markdown inside a line: code, links, emphasis. Builds nodes; HTML in the text stays text.
import { element } from "./dom.js";

const deepest = 32;
const longestFormula = 1000;
const punctuation = /[!-/:-@[-`{-~]/;

/** Appends the nodes of a piece of Markdown to `parent`. */
export function appendInline(parent, text, depth = 0) {
    if (depth > deepest) {
        parent.append(text);
        return;
    }
    // A mark without an end is looked for once, not once for each of its occurrences.
    const unclosed = new Set();
    let plain = "";
    let at = 0;
    const flush = () => {
        if (plain) parent.append(plain);
        plain = "";
    };
    while (at < text.length) {
        const found = spanAt(text, at, depth, unclosed);
        if (found) {
            flush();
            parent.append(...found.nodes);
            at = found.end;
        } else if (text[at] === "\\" && punctuation.test(text[at + 1] ?? "")) {
            plain += text[at + 1];
            at += 2;
        } else {
            plain += text[at];
            at += 1;
        }
    }
    flush();
}

function spanAt(text, at, depth, unclosed) {
    switch (text[at]) {
    case "`": return codeSpan(text, at, unclosed);
    case "\\": return text[at + 1] === "\n" ? { nodes: [element("br")], end: at + 2 } : formula(text, at, "\\(", "\\)");
    case "$": return formula(text, at, "$", "$");
    case "\n": return text.startsWith("  ", at - 2) ? { nodes: [element("br")], end: at + 1 } : null;
    case "!": return text[at + 1] === "[" ? link(text, at + 1, depth, unclosed, true) : null;
    case "[": return link(text, at, depth, unclosed, false);
    case "<": return autolink(text, at);
    case "h": return bareLink(text, at);
    case "*": case "_": case "~": return emphasis(text, at, depth, unclosed);
    default: return null;
    }
}

function codeSpan(text, at, unclosed) {
    const fence = /^`+/.exec(text.slice(at, at + 64))[0];
    if (unclosed.has(fence)) return { nodes: [fence], end: at + fence.length };
    let end = at + fence.length;
    while ((end = text.indexOf(fence, end)) >= 0) {
        if (text[end + fence.length] !== "`" && text[end - 1] !== "`") break;
        while (text[end] === "`") end += 1;
    }
    if (end < 0) {
        unclosed.add(fence);
        return { nodes: [fence], end: at + fence.length };
    }
    let code = text.slice(at + fence.length, end).replaceAll("\n", " ");
    if (code.startsWith(" ") && code.endsWith(" ") && /[^ ]/.test(code)) code = code.slice(1, -1);
    return { nodes: [element("code", {}, code)], end: end + fence.length };
}

/** A formula between two marks, as it is written. Amounts of money are none. */
function formula(text, at, opening, closing) {
    if (!text.startsWith(opening, at)) return null;
    const start = at + opening.length;
    if (/^[\s$]?$/.test(text[start] ?? "")) return null;
    // No further than a formula may be long, however many beginnings there are.
    const rest = text.slice(start, start + longestFormula);
    let end = 0;
    do {
        end = rest.indexOf(closing, end + 1);
        if (end < 0) return null;
    } while (opening === "$" && (/[\s\\]/.test(rest[end - 1]) || /\w/.test(text[start + end + 1] ?? "")));
    if (rest.slice(0, end).includes("\n\n")) return null;
    return { nodes: [element("span", { class: "math" }, rest.slice(0, end))], end: start + end + closing.length };
}

function emphasis(text, at, depth, unclosed) {
    const mark = text[at];
    const double = text[at + 1] === mark;
    if (mark === "~" && !double) return null;
    const delimiter = double ? mark + mark : mark;
    const start = at + delimiter.length;
    if (unclosed.has(delimiter) || /^\s?$/.test(text[start] ?? "")) return null;
    if (mark === "_" && /\w/.test(text[at - 1] ?? "")) return null;
    let end = start;
    while ((end = text.indexOf(delimiter, end + 1)) >= 0) {
        const closes = !/\s/.test(text[end - 1]) && text[end - 1] !== "\\"
            && !(mark === "_" && /\w/.test(text[end + delimiter.length] ?? ""))
            && (double || (text[end - 1] !== mark && text[end + 1] !== mark));
        if (closes) break;
    }
    if (end < 0) {
        unclosed.add(delimiter);
        return null;
    }
    // In ***both*** the inner emphasis ends first.
    if (double && text[end + 2] === mark) end += 1;
    const node = element(mark === "~" ? "del" : double ? "strong" : "em");
    appendInline(node, text.slice(start, end), depth + 1);
    return { nodes: [node], end: end + delimiter.length };
}

function link(text, at, depth, unclosed, isImage) {
    if (unclosed.has("](")) return null;
    if (text.indexOf("](", at) < 0) {
        unclosed.add("](");
        return null;
    }
    const match = /^\[((?:\\.|[^\\[\]]|\[[^[\]]{0,200}\]){0,500})\]\((<[^<>\n]{0,2000}>|[^\s()<>]{0,1000}(?:\([^\s()<>]{0,1000}\)[^\s()<>]{0,1000})?)(?:\s+["'(][^\n]{0,300}?["')])?\)/
        .exec(text.slice(at, at + 4000));
    if (!match) return null;
    const address = safeAddress(match[2].replace(/^<|>$/g, ""));
    const node = address ? anchor(address) : element("span", { class: "refused-link", title: "This link was left out." });
    // An image would be fetched from wherever the answer says, and tell that place whatever the address holds.
    if (isImage) node.append(`Image: ${match[1] || address || "without a description"}`);
    else appendInline(node, match[1] || match[2], depth + 1);
    return { nodes: [node], end: at + match[0].length };
}

function autolink(text, at) {
    const match = /^<((?:https?:\/\/|mailto:)[^\s<>"]{1,2000})>/.exec(text.slice(at, at + 2100));
    const address = match && safeAddress(match[1]);
    return address ? { nodes: [anchor(address, match[1])], end: at + match[0].length } : null;
}

function bareLink(text, at) {
    if (/\w/.test(text[at - 1] ?? "")) return null;
    const match = /^https?:\/\/[^\s<>"'`*\\|]{1,2000}/.exec(text.slice(at, at + 2100));
    if (!match) return null;
    let shown = match[0].replace(/[.,;:!?]+$/, "");
    if (shown.endsWith(")") && !shown.includes("(")) shown = shown.slice(0, -1);
    const address = safeAddress(shown);
    return address ? { nodes: [anchor(address, shown)], end: at + shown.length } : null;
}

function anchor(address, ...children) {
    return element(
        "a",
        { href: address, title: address, target: "_blank", rel: "noopener noreferrer nofollow ugc" }, ...children);
}

/** The address in full if a link may lead there, else null: http, https and mailto only, nothing hidden in it. */
export function safeAddress(text) {
    if (/[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(text)) return null;
    let url;
    try {
        url = new URL(text);
    } catch {
        return null;
    }
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
}
