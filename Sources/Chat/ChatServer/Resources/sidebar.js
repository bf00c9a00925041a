// The list of conversations, and what is found in them.
import { byID, element } from "./dom.js";
import { search } from "./api.js";
import { menuButton } from "./menu.js";

const day = 86_400_000;
const searchAfter = 200;

/** Shows the conversations and lets the person choose, search, rename, pin, export and delete them. */
export class Sidebar {
    #list = byID("conversations");
    #opener = byID("sidebar-open");
    #search = byID("search");
    #status = byID("status");
    #conversations = [];
    #current = null;
    #actions;
    #timer = 0;
    #abort = null;

    /** `actions`: `items(conversation)`, the entries of its menu; `openHit(conversation, messageID)`; `failed(error)`. */
    constructor(actions) {
        this.#actions = actions;
        this.#opener.addEventListener("click", () => this.open());
        byID("sidebar-close").addEventListener("click", () => this.close());
        byID("scrim").addEventListener("click", () => this.close());
        byID("sidebar").addEventListener("keydown", (event) => {
            if (event.key === "Escape" && !event.defaultPrevented) this.close();
        });
        this.#search.addEventListener("input", () => {
            clearTimeout(this.#timer);
            this.#timer = setTimeout(() => this.#find(), searchAfter);
        });
        this.#search.addEventListener("keydown", (event) => {
            if (event.key === "Escape" && this.#search.value) {
                event.preventDefault();
                event.stopPropagation();
                this.#search.value = "";
                this.#find();
            } else if (event.key === "ArrowDown") {
                event.preventDefault();
                this.#list.querySelector("a")?.focus();
            }
        });
    }

    /** Shows the list over the conversation, on a narrow screen. */
    open() {
        document.body.classList.add("sidebar-open");
        this.#opener.setAttribute("aria-expanded", "true");
        byID("sidebar-close").focus();
    }

    close() {
        if (!document.body.classList.contains("sidebar-open")) return;
        document.body.classList.remove("sidebar-open");
        this.#opener.setAttribute("aria-expanded", "false");
        this.#opener.focus();
    }

    focusSearch() {
        if (getComputedStyle(this.#opener).display !== "none") this.open();
        this.#search.focus();
        this.#search.select();
    }

    /** The conversation of this identifier, if it is known. */
    find(id) {
        return this.#conversations.find((each) => each.id === id);
    }

    show(conversations) {
        this.#conversations = conversations;
        if (!this.#search.value.trim()) this.#render();
    }

    /** Shows that the list could not be loaded. */
    showFailure(message) {
        this.#list.setAttribute("aria-busy", "false");
        this.#list.replaceChildren(element("p", { class: "list-note" }, message));
    }

    /** Puts a new or changed conversation where it belongs. */
    put(conversation) {
        const known = this.find(conversation.id);
        const rest = this.#conversations.filter(({ id }) => id !== conversation.id);
        this.show([{ ...known, ...conversation }, ...rest].sort((left, right) => right.updatedAt - left.updatedAt));
    }

    /** Takes a conversation out; the focus goes to the one that stands in its place. */
    remove(id) {
        const at = this.#conversations.findIndex((each) => each.id === id);
        this.show(this.#conversations.filter((each) => each.id !== id));
        if (document.activeElement === document.body) this.focus(this.#conversations[Math.max(0, at - 1)]?.id);
    }

    select(id) {
        this.#current = id;
        if (!this.#search.value.trim()) this.#render();
    }

    /** Gives the focus to a conversation of the list, whose items may have been built anew. */
    focus(id) {
        (this.#list.querySelector(`a[href="/c/${id}"]`) ?? byID("new-chat")).focus();
    }

    async #find() {
        this.#abort?.abort();
        const query = this.#search.value.trim();
        if (!query) return this.#render();
        this.#abort = new AbortController();
        const { signal } = this.#abort;
        try {
            const results = await search(query, signal);
            if (!signal.aborted) this.#showResults(results);
        } catch (error) {
            if (signal.aborted) return;
            if (error.status === 422) this.#showResults([]);
            else this.#actions.failed(error);
        }
    }

    #showResults(results) {
        this.#list.setAttribute("aria-busy", "false");
        const found = results.length === 1 ? "1 conversation found" : `${results.length} conversations found`;
        this.#status.textContent = found;
        this.#list.replaceChildren(element(
            "section", { "aria-label": "Search results" }, element("h2", {}, found),
            element("ul", {}, results.map((each) => this.#result(each)))));
    }

    #result({ conversation, messageId, excerpt }) {
        const link = element(
            "a", { href: `/c/${conversation.id}`, dir: "auto" }, element("span", { class: "result-title" }, conversation.title),
            excerpt.length ? element(
                "span", { class: "excerpt" }, excerpt.map(({ text, match }) => match ? element("mark", {}, text) : text)) : null);
        link.addEventListener("click", (event) => {
            if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
            event.preventDefault();
            this.#actions.openHit(conversation, messageId);
        });
        return element("li", { class: "result" }, link);
    }

    #render() {
        this.#list.setAttribute("aria-busy", "false");
        if (!this.#conversations.length) {
            this.#list.replaceChildren(element("p", { class: "list-note" }, "Your conversations will appear here."));
            return;
        }
        const scroll = this.#list.scrollTop;
        const groups = new Map();
        const pinnedFirst = [...this.#conversations].sort((left, right) => Number(right.pinned ?? false) - Number(left.pinned ?? false));
        for (const conversation of pinnedFirst) {
            const name = conversation.pinned ? "Pinned" : age(conversation.updatedAt);
            groups.set(name, [...(groups.get(name) ?? []), conversation]);
        }
        this.#list.replaceChildren(...[...groups].map(([name, conversations]) => element(
            "section", { "aria-label": name },
            element("h2", {}, name), element("ul", {}, conversations.map((each) => this.#item(each))))));
        this.#list.scrollTop = scroll;
    }

    #item(conversation) {
        const { id, title } = conversation;
        const current = id === this.#current;
        return element(
            "li", { class: current ? "current" : undefined },
            element(
                "a",
                { href: `/c/${id}`, title, dir: "auto", "data-navigate": "", "aria-current": current ? "page" : undefined },
                title),
            element(
                "span", { class: "item-actions" },
                menuButton({ label: `More for “${title}”`, items: () => this.#actions.items(this.find(id) ?? conversation) })));
    }
}

function age(time) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    if (time >= midnight) return "Today";
    if (time >= midnight - day) return "Yesterday";
    if (time >= midnight - 7 * day) return "Last seven days";
    return new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", year: "numeric" }).format(time);
}
