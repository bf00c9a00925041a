// The chat page: puts the parts together and decides by the address what is shown.
import {
    attach, changeConversation, createConversation, deleteConversation, deleteConversations, importConversations,
    listConversations, me, restoreConversation,
} from "./api.js";
import { byID, element, icon } from "./dom.js";
import { askConsent, askLongText, askText, showKeys } from "./dialogs.js";
import { menuButton } from "./menu.js";
import { showToast } from "./toast.js";
import { Sidebar } from "./sidebar.js";
import { Composer } from "./composer.js";
import { ConversationView } from "./conversation.js";

const staleAfter = 30_000;
const suggestions = [
    ["See a table", "/demo table"],
    ["See code", "/demo code"],
    ["Read a long answer", "/demo long"],
    ["What can you show?", "/help"],
];
const keys = [
    [["Enter"], "send the message"],
    [["Shift", "Enter"], "begin a new line"],
    [["Esc"], "stop the answer"],
    [["↑"], "edit the last message, in an empty box"],
    [["Ctrl", "K"], "search the conversations"],
    [["Ctrl", "Shift", "O"], "begin a new chat"],
];

let profile = null;
/** The text being sent, until the server has it. */
let asking = false;
/** Tells the other tabs of this user what has changed. */
let channel = null;
let listedAt = 0;

const sidebar = new Sidebar({
    items: conversationItems,
    openHit: (conversation, messageID) => attempt(() => openHit(conversation, messageID)),
    failed: report,
});

const composer = new Composer({
    send, stop: () => view.stop(), editLast: () => view.editLast(), refused: (text) => showBanner(text, dismiss()),
});

const view = new ConversationView({
    model: () => profile?.model ?? { label: "", simulated: false },
    busy: (busy) => { composer.busy = busy; },
    began: (start) => {
        hideBanner();
        sidebar.put({ id: start.conversationId, title: start.conversationTitle, updatedAt: Date.now() });
        showTitle(start.conversationTitle);
        tellOthers(start.conversationId);
    },
    ended: (id) => tellOthers(id),
    failed: (error, text, files) => {
        if (text) composer.restore(text, files);
        report(error);
    },
});

const topMenu = menuButton({
    label: "More for this conversation", className: "icon-button top-menu",
    items: () => conversationItems(sidebar.find(view.id) ?? { id: view.id, title: byID("title").textContent }),
});
byID("topbar").append(topMenu);
byID("account").append(menuButton({ label: "More", items: accountItems }));

function conversationItems(conversation) {
    const { id, title, pinned } = conversation;
    return [
        { label: "Rename", icon: "pencil", action: () => rename(conversation) },
        { label: pinned ? "Unpin" : "Pin", icon: "pin", action: () => attempt(() => change(id, { pinned: !pinned })) },
        { label: "Instructions", icon: "sliders", action: () => instruct(conversation) },
        { label: "Export as Markdown", icon: "download", href: `/api/conversations/${id}/export?format=markdown`, download: true },
        { label: "Export as JSON", icon: "download", href: `/api/conversations/${id}/export?format=json`, download: true },
        { label: "Delete", icon: "trash", danger: true, action: () => remove(id, title) },
    ];
}

function accountItems() {
    return [
        { label: "Usage", icon: "chart", action: () => navigate("/usage") },
        { label: "Import conversations", icon: "upload", action: () => byID("import").click() },
        { label: "Export everything", icon: "download", href: "/api/export", download: true },
        { label: "Keyboard", icon: "keyboard", action: () => showKeys(keys) },
        { label: "Delete everything", icon: "trash", danger: true, action: removeAll },
    ];
}

async function change(id, what) {
    const conversation = await changeConversation(id, what);
    sidebar.put(conversation);
    if (view.id === id) showTitle(conversation.title);
    sidebar.focus(id);
    tellOthers(id);
}

async function rename({ id, title }) {
    const chosen = await askText({
        title: "Rename this conversation", label: "Title", value: title, action: "Rename",
        longest: profile?.limits.titleCharacters ?? 120,
    });
    if (chosen && chosen !== title) await attempt(() => change(id, { title: chosen }));
}

async function instruct({ id, instructions }) {
    const text = await askLongText({
        title: "Instructions for this conversation", label: "Instructions", value: instructions ?? "", action: "Save",
        text: "The model reads them before your messages, from the next answer on. Leave them empty for none.",
        longest: profile?.limits.instructionsCharacters ?? 4000,
    });
    if (text !== null && text !== (instructions ?? "")) await attempt(() => change(id, { instructions: text }));
}

function remove(id, title) {
    return attempt(async () => {
        await deleteConversation(id);
        sidebar.remove(id);
        if (view.id === id) navigate("/");
        tellOthers(id);
        showToast(`“${title}” is deleted.`, { label: "Undo", action: () => attempt(() => restore([id])) });
    });
}

async function removeAll() {
    const agreed = await askConsent({
        title: "Delete all your conversations?", action: "Delete all",
        text: "All of them and their messages will be deleted. You can take it back right after, for a short time.",
    });
    if (!agreed) return;
    await attempt(async () => {
        const deleted = await deleteConversations();
        sidebar.show([]);
        composer.forgetAll();
        navigate("/");
        tellOthers(null);
        showToast(`${deleted.length} conversations are deleted.`, {
            label: "Undo", action: () => attempt(() => restore(deleted)),
        });
    });
}

async function restore(ids) {
    const restored = [];
    for (const id of ids) restored.push(await restoreConversation(id));
    await loadList();
    tellOthers(null);
    if (restored.length === 1) navigate(`/c/${restored[0].id}`);
    else byID("status").textContent = `${restored.length} conversations are back.`;
}

async function importFile(file) {
    if (file.size > (profile?.limits.importBytes ?? Infinity)) {
        showBanner("The file is too large to be imported.", dismiss());
        return;
    }
    await attempt(async () => {
        const imported = await importConversations(new Blob([file], { type: "application/json" }));
        await loadList();
        tellOthers(null);
        navigate(`/c/${imported[0].id}`);
        showToast(imported.length === 1 ? `“${imported[0].title}” is imported.` : `${imported.length} conversations are imported.`);
    });
}

async function openHit(conversation, messageID) {
    if (messageID) await changeConversation(conversation.id, { shownMessage: messageID }).catch(() => {});
    if (location.pathname !== `/c/${conversation.id}`) history.pushState(null, "", `/c/${conversation.id}`);
    await route();
    if (messageID) await view.reveal(messageID);
}

async function send(text, files = []) {
    if (asking) return;
    if (view.id && !files.length) {
        view.send(text);
        return;
    }
    asking = true;
    try {
        if (!view.id) await beginConversation();
        const id = view.id;
        const attachments = await storeFiles(id, files);
        if (view.id === id) view.send(text, attachments);
    } catch (error) {
        composer.restore(text, files);
        report(error);
    } finally {
        asking = false;
    }
}

async function beginConversation() {
    const conversation = await createConversation();
    history.pushState(null, "", `/c/${conversation.id}`);
    showPlace(true);
    view.start(conversation.id);
    composer.openDraft(conversation.id);
    sidebar.put(conversation);
    sidebar.select(conversation.id);
}

/** Stores files one after the other; those that are stored already are left as they are. */
async function storeFiles(id, files) {
    const stored = [];
    for (const file of files) {
        if (!(file instanceof File)) stored.push(file);
        else {
            byID("status").textContent = `“${file.name}” is being sent.`;
            stored.push(await attach(id, file));
        }
    }
    return stored;
}

/** Does something, and shows what went wrong. */
async function attempt(work) {
    try {
        await work();
    } catch (error) {
        report(error);
    }
}

function report(error) {
    if (error.isSignedOut) {
        showBanner("Your session has ended. What you typed is kept in this tab.", element(
            "a", { class: "button", href: location.href }, "Sign in again"));
        return;
    }
    if (error.status === undefined) console.error(error);
    const id = error.requestID ? ` (request ${error.requestID})` : "";
    showBanner([error.message, error.hint].filter(Boolean).join(" ") + id, dismiss());
}

function dismiss() {
    return element("button", { type: "button", class: "small-button", onclick: hideBanner }, "Dismiss");
}

function showBanner(text, action) {
    const banner = byID("banner");
    banner.replaceChildren(icon("warning"), element("p", {}, text), action);
    banner.hidden = false;
}

function hideBanner() {
    byID("banner").hidden = true;
}

function showTitle(title) {
    byID("title").textContent = title;
    document.title = `${title} – Gatehouse Chat`;
}

/** Shows or hides what belongs to a conversation that there is, and to a place where messages are written. */
function showPlace(isConversation, isWritten = true) {
    topMenu.hidden = !isConversation;
    byID("composer-area").hidden = !isWritten;
}

function navigate(path) {
    history.pushState(null, "", path);
    route();
}

async function route() {
    hideBanner();
    sidebar.close();
    const id = /^\/c\/([0-9a-f-]{36})$/.exec(location.pathname)?.[1] ?? null;
    sidebar.select(id);
    composer.openDraft(id);
    showPlace(Boolean(id), location.pathname !== "/usage");
    if (location.pathname === "/usage") {
        showTitle("Usage");
        view.showInstead();
        await attempt(showUsage);
        return;
    }
    if (!id) {
        showTitle("New chat");
        view.showInstead(emptyState(location.pathname === "/"));
        composer.focus();
        return;
    }
    try {
        const conversation = await view.load(id);
        if (conversation) {
            sidebar.put(conversation);
            showTitle(conversation.title);
            composer.focus();
        }
    } catch (error) {
        showPlace(false);
        if (error.status === 404) {
            showTitle("New chat");
            history.replaceState(null, "", location.pathname);
            view.showInstead(emptyState(false));
        } else {
            view.showInstead(failedState(error));
            if (error.isSignedOut) report(error);
        }
    }
}

async function showUsage() {
    const { usagePage } = await import("./usage.js");
    if (location.pathname === "/usage") {
        view.showInstead(usagePage({ admin: profile?.admin ?? false, failed: report }));
    }
}

function emptyState(known) {
    const name = profile?.name ? profile.name.split(/[\s@]/)[0] : null;
    const shown = profile?.model.simulated ?? false;
    return element(
        "section", { class: "empty" },
        known ? null : element(
            "p", { class: "notice notice-caution" }, element("strong", {}, "This page does not exist. "),
            "The address may be mistyped, or the conversation was deleted. You can begin a new chat right here."),
        element("h2", {}, name ? `Hello, ${name}` : "Hello"),
        element("p", { class: "muted" }, shown ? "Write a message below, or begin with one of these." : "Write a message below to begin."),
        shown ? element("div", { class: "suggestions" }, suggestions.map(([label, text]) => element(
            "button", { type: "button", class: "suggestion", onclick: () => send(text) },
            element("span", {}, label), element("code", {}, text)))) : null);
}

function failedState(error) {
    return element(
        "section", { class: "empty" },
        element("h2", {}, "This conversation could not be loaded"),
        element("p", { class: "muted" }, error.message ?? "Something went wrong in this page."),
        element("button", { type: "button", class: "button", onclick: () => route() }, "Try again"));
}

async function loadProfile() {
    profile = await me();
    composer.user = profile.id;
    composer.limits = profile.limits;
    byID("account-name").textContent = profile.name;
    byID("account-name").title = profile.email ?? profile.name;
    byID("account-initial").textContent = [...profile.name][0]?.toUpperCase() ?? "";
    const label = byID("model-label");
    if (label) {
        label.textContent = profile.model.label;
        label.hidden = false;
    }
    listenToOthers(profile.id);
}

async function loadList() {
    try {
        sidebar.show(await listConversations());
        listedAt = Date.now();
    } catch (error) {
        sidebar.showFailure("The list could not be loaded.");
        throw error;
    }
}

function tellOthers(id) {
    channel?.postMessage({ id });
}

/** Follows what the same user does in other tabs. */
function listenToOthers(user) {
    channel = new BroadcastChannel(`chat:${user}`);
    channel.addEventListener("message", ({ data }) => {
        sidebarSoon();
        if (data.id === view.id) attempt(refreshView);
    });
}

let listing = 0;

function sidebarSoon() {
    clearTimeout(listing);
    listing = setTimeout(() => attempt(loadList), 300);
}

/** What was changed elsewhere is shown; what is being written here stays. */
async function refreshView() {
    const conversation = await view.reload().catch((error) => {
        if (error.status === 404) navigate("/");
        else throw error;
    });
    if (conversation) showTitle(conversation.title);
}

/** After a while out of sight, or without a network, the page may be behind. */
function catchUp() {
    if (document.visibilityState !== "visible" || Date.now() - listedAt < staleAfter || !profile) return;
    attempt(loadList);
    if (view.id) attempt(refreshView);
}

document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-navigate]");
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(link.getAttribute("href"));
});
document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "k" && !event.shiftKey) {
        event.preventDefault();
        sidebar.focusSearch();
    } else if (key === "o" && event.shiftKey) {
        event.preventDefault();
        navigate("/");
    }
});
// The next person to use this tab must not see what was not sent.
byID("sign-out").addEventListener("click", () => composer.forgetAll());
byID("import").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) importFile(file);
});
document.addEventListener("visibilitychange", catchUp);
addEventListener("popstate", route);
addEventListener("offline", () => showBanner("You are offline. What you typed is kept.", ""));
addEventListener("online", () => {
    hideBanner();
    listedAt = 0;
    catchUp();
});

await Promise.all([attempt(loadProfile), attempt(loadList)]);
await route();
