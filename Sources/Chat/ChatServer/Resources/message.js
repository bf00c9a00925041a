// One message as it is shown.
import { element, icon, iconButton } from "./dom.js";
import { MarkdownView } from "./markdown.js";

const copiedFor = 2000;
const endings = {
    stopped: "Stopped before the end.",
    interrupted: "Interrupted before the end, by a restart or because it could not be stored.",
    error: "The answer failed before its end.",
};

/** What a person wrote: plain text. */
export class QuestionView {
    #actions;
    #bubble;
    #files;
    #branches = element("span", { class: "branches" });
    #foot;

    /** The element to show. */
    node;
    /** The message's identifier, once it has one. */
    id = null;
    text;
    attachments;

    /** `actions`: `edit(view, text)` and `show(messageID)`. */
    constructor({ id = null, content, siblings, attachments = [] }, actions) {
        this.#actions = actions;
        this.text = content;
        this.attachments = attachments;
        this.#bubble = element("div", { class: "bubble", dir: "auto" }, content);
        this.#files = element("ul", { class: "files", "aria-label": "Files" }, attachments.map((each) => element("li", {}, fileNode(each))));
        this.#files.hidden = !attachments.length;
        this.#foot = element(
            "div", { class: "message-foot" }, this.#branches, copyButton("Copy the message", () => this.text),
            iconButton("pencil", "Edit and send again", () => this.edit()));
        this.#foot.hidden = true;
        this.node = element(
            "article", { class: "message question", "aria-label": "You" },
            element("h2", { class: "visually-hidden" }, "You"), this.#files, this.#bubble, this.#foot);
        if (id) this.setID(id);
        this.setBranches(siblings);
    }

    setID(id) {
        this.id = id;
        this.node.dataset.id = id;
        this.#foot.hidden = false;
    }

    /** The wordings of the question there are, itself among them. */
    setBranches(siblings) {
        showBranches(this.#branches, siblings, this.id, this.#actions.show);
    }

    /** Turns the bubble into a box to write in. */
    edit() {
        if (this.node.querySelector("form") || !this.id) return;
        const input = element("textarea", { class: "input", value: this.text, rows: 2, dir: "auto", "aria-label": "Edit your message" });
        const fit = () => {
            input.style.height = "auto";
            input.style.height = `${input.scrollHeight + 2}px`;
        };
        const close = () => {
            form.replaceWith(this.#bubble);
            this.#foot.hidden = false;
            this.#foot.lastChild.focus();
        };
        const form = element(
            "form", { class: "edit" }, input,
            element(
                "div", { class: "actions" },
                element("button", { type: "button", class: "small-button", onclick: close }, "Cancel"),
                element("button", { type: "submit", class: "small-button primary" }, "Send")));
        const submit = () => {
            const text = input.value.trim();
            if (text && text !== this.text) this.#actions.edit(this, text);
            else close();
        };
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            submit();
        });
        input.addEventListener("input", fit);
        input.addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                event.stopPropagation();
                close();
            } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                submit();
            }
        });
        this.#bubble.replaceWith(form);
        this.#foot.hidden = true;
        fit();
        input.focus();
        input.setSelectionRange(input.value.length, input.value.length);
    }
}

/** A stored file: a picture, or a link to keep it. */
function fileNode({ id, name, image, bytes }) {
    const href = `/api/attachments/${id}`;
    if (image) {
        return element(
            "a", { class: "picture", href, target: "_blank", rel: "noopener", title: name },
            element("img", { src: href, alt: name, loading: "lazy" }));
    }
    return element("a", { class: "file", href, download: "", title: name }, icon("file"), element("span", { dir: "auto" }, name), size(bytes));
}

/** A number of bytes, for people. */
export function size(bytes) {
    return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What the model wrote or is writing: Markdown. */
export class AnswerView {
    #body = element("div", { class: "markdown", dir: "auto" });
    #foot = element("div", { class: "message-foot" });
    #branches = element("span", { class: "branches" });
    #markdown = new MarkdownView(this.#body);
    #text = "";
    #isStale = false;
    #frame = 0;
    #actions;

    /** The element to show. */
    node;
    /** The message's identifier, once it has one. */
    id = null;

    /** `actions`: `again(view)`, `proceed(view)`, `show(messageID)`, and `grew()` after the shown text has grown. */
    constructor({ id = null, simulated, label, imported = false, siblings }, actions) {
        this.#actions = actions;
        const note = simulated ? label : imported ? "Imported – not written by a model here" : null;
        const badge = note
            ? element("p", { class: "answer-badge" }, element("span", { class: "dot", "aria-hidden": "true" }), note) : null;
        this.node = element(
            "article", { class: "message answer", "aria-label": "Answer" },
            element("h2", { class: "visually-hidden" }, "Answer"), badge, this.#body, this.#foot);
        if (id) this.setID(id);
        this.setBranches(siblings);
    }

    setID(id) {
        this.id = id;
        this.node.dataset.id = id;
    }

    /** The answers there are to the same question, itself among them. */
    setBranches(siblings) {
        showBranches(this.#branches, siblings, this.id, this.#actions.show);
    }

    get text() {
        return this.#text;
    }

    /** The words without their marks, for announcing. */
    get plainText() {
        return this.#body.textContent;
    }

    /** Shows that the answer, or more of it, has been asked for. What is there stays until its text comes anew. */
    begin() {
        this.node.classList.add("streaming");
        this.#foot.replaceChildren();
        this.#isStale = true;
        if (!this.#text) this.#body.replaceChildren(thinking());
    }

    /** Adds to the text; it is shown with the next frame. */
    add(text) {
        this.#text = this.#isStale ? text : this.#text + text;
        this.#isStale = false;
        this.#frame ||= requestAnimationFrame(() => this.#show());
    }

    set(text) {
        this.#text = text;
        this.#isStale = false;
        this.#show();
    }

    /** Shows how the answer ended. `isLast` offers to go on from here. */
    end({ status, stopReason, notice, message, usage, model, isLast = false }) {
        this.node.classList.remove("streaming");
        this.#show();
        const limit = stopReason === "max_tokens";
        const note = message ?? endings[status] ?? (limit ? "The answer reached its length limit." : notice ?? null);
        const parts = [];
        if (note) {
            parts.push(element("p", { class: status === "error" ? "ending failed" : "ending" },
                status === "error" ? icon("warning") : null, note));
        }
        const isShort = status !== "complete" || limit;
        if (isLast && isShort && this.#text) {
            parts.push(element(
                "button", { type: "button", class: "small-button go-on", onclick: () => this.#actions.proceed(this) },
                icon("forward"), "Continue"));
        }
        if (isLast && status !== "complete") {
            parts.push(element(
                "button", { type: "button", class: "small-button go-on", onclick: () => this.#actions.again(this) },
                icon("retry"), "Try again"));
        }
        parts.push(this.#branches);
        if (this.#text) parts.push(copyButton("Copy the answer as Markdown", () => this.#text));
        if (this.id && status === "complete") {
            parts.push(iconButton("retry", "Another answer", () => this.#actions.again(this)));
        }
        const figures = describe(usage);
        if (figures) parts.push(element("span", { class: "figures", title: model ? `Model: ${model}` : undefined }, figures));
        this.#foot.replaceChildren(...parts);
    }

    /** Takes back the offer to go on from here: something was asked after it. */
    settle() {
        for (const button of this.#foot.querySelectorAll(".go-on")) button.remove();
    }

    #show() {
        cancelAnimationFrame(this.#frame);
        this.#frame = 0;
        if (!this.#text) {
            if (!this.node.classList.contains("streaming")) this.#body.replaceChildren();
            return;
        }
        this.#body.querySelector(":scope > .thinking")?.remove();
        this.#markdown.update(this.#text);
        this.#actions.grew?.();
    }
}

/** What an answer took, in words; empty where nothing is known. */
function describe(usage) {
    if (!usage) return "";
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
    const about = usage.estimated ? "about " : "";
    return [
        usage.firstTokenMs === undefined ? null : `first word after ${seconds(usage.firstTokenMs)}`,
        `${seconds(usage.latencyMs)} in all`,
        `${about}${number.format(usage.inputTokens)} + ${number.format(usage.outputTokens)} tokens`,
        `cost ${money(usage.costMicroUSD)}`,
    ].filter(Boolean).join(" · ");
}

/** An estimated amount; a dash where there is no price. */
export function money(microUSD) {
    if (microUSD === undefined || microUSD === null) return "—";
    const amount = microUSD / 1_000_000;
    return `≈ $${amount.toFixed(amount > 0 && amount < 1 ? 4 : 2)}`;
}

function showBranches(place, siblings, id, show) {
    if (!siblings || siblings.length < 2) {
        place.replaceChildren();
        return;
    }
    const at = siblings.indexOf(id);
    const step = (name, label, to) => iconButton(name, label, () => show(siblings[to]), { disabled: !(to in siblings) });
    place.replaceChildren(
        step("previous", "Show the version before", at - 1),
        element("span", { "aria-label": `Version ${at + 1} of ${siblings.length}`, role: "img" }, `${at + 1} / ${siblings.length}`),
        step("next", "Show the version after", at + 1));
}

function copyButton(label, text) {
    const button = iconButton("copy", label, async () => {
        const done = await navigator.clipboard.writeText(text()).then(() => true, () => false);
        button.replaceChildren(icon(done ? "check" : "warning"));
        button.setAttribute("aria-label", done ? "Copied" : "Copying is not allowed");
        setTimeout(() => {
            button.replaceChildren(icon("copy"));
            button.setAttribute("aria-label", label);
        }, copiedFor);
    });
    return button;
}

function thinking() {
    return element(
        "p", { class: "thinking" }, element("span", { class: "visually-hidden" }, "The answer is on its way"),
        element("i"), element("i"), element("i"));
}
