// What answers have taken: the user's own day, and for administrators everybody's days, as drawings and tables.
import { ownUsage, usageReport } from "./api.js";
import { drawing, element } from "./dom.js";
import { money } from "./message.js";

const spans = [7, 30, 90];
const day = 86_400_000;
const width = 720;
const height = 180;
const left = 56;
const bottom = 24;

const number = (value) => new Intl.NumberFormat(document.documentElement.lang).format(value);
const short = (value) => new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 }).format(value);
const date = (time) => new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" }).format(time);
const seconds = (milliseconds) => milliseconds === undefined ? "—" : `${(milliseconds / 1000).toFixed(1)} s`;

/** The page of usage. `failed(error)` is told what could not be loaded. */
export function usagePage({ admin, failed }) {
    const own = element("div", { "aria-busy": "true" }, element("p", { class: "muted" }, "Loading …"));
    const all = element("div", { class: "report" });
    const page = element("section", { class: "usage" }, element("h2", {}, "Your day"), own);
    ownUsage().then((usage) => own.replaceChildren(...ownDay(usage)), (error) => {
        own.replaceChildren(element("p", { class: "muted" }, "This could not be loaded."));
        failed(error);
    }).finally(() => own.setAttribute("aria-busy", "false"));
    if (admin) {
        const choose = element(
            "select", { class: "input", id: "usage-span" }, spans.map((days) => element("option", { value: String(days), selected: days === 30 }, `${days} days`)));
        const load = async () => {
            all.setAttribute("aria-busy", "true");
            try {
                all.replaceChildren(...report(await usageReport(Number(choose.value))));
            } catch (error) {
                all.replaceChildren(element("p", { class: "muted" }, "The report could not be loaded."));
                failed(error);
            }
            all.setAttribute("aria-busy", "false");
        };
        choose.addEventListener("change", load);
        page.append(
            element(
                "div", { class: "usage-head" }, element("h2", {}, "Everybody"),
                element("label", { htmlFor: "usage-span" }, "The last"), choose), all);
        load();
    }
    return page;
}

function ownDay({ today, tokenLimit, costLimitMicroUSD, endsAt }) {
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(endsAt);
    return [
        element(
            "dl", { class: "tiles" }, tile("Answers", number(today.answers)),
            tile("Tokens", number(today.inputTokens + today.outputTokens), tokenLimit ? meter("Tokens of the day", today.inputTokens + today.outputTokens, tokenLimit, `of ${number(tokenLimit)}`) : null),
            tile("Cost, estimated", money(today.costMicroUSD || null), costLimitMicroUSD ? meter("Cost of the day", today.costMicroUSD, costLimitMicroUSD, `of ${money(costLimitMicroUSD)}`) : null)),
        element("p", { class: "muted" }, `A new day begins at ${time}.`),
    ];
}

function tile(name, value, more) {
    return element("div", {}, element("dt", {}, name), element("dd", {}, value), more ? element("dd", { class: "more" }, more) : null);
}

function meter(label, value, max, note) {
    return [element("progress", { value: Math.min(value, max), max, "aria-label": label }), element("span", {}, note)];
}

function report({ from, through, days, users, models, firstToken, whole }) {
    const sum = (pick) => days.reduce((total, each) => total + pick(each.sum), 0);
    const byDay = new Map(days.map((each) => [each.day, each.sum]));
    const dates = [];
    for (let time = from; time <= through; time += day) dates.push(time);
    const values = (pick) => dates.map((time) => byDay.has(time) ? pick(byDay.get(time)) : 0);
    return [
        element(
            "dl", { class: "tiles" }, tile("Answers", number(sum((each) => each.answers))),
            tile("Failed", number(sum((each) => each.failures))),
            tile("Tokens", short(sum((each) => each.inputTokens + each.outputTokens))),
            tile("Cost, estimated", money(sum((each) => each.costMicroUSD) || null)),
            tile("First word, median", seconds(firstToken.medianMs), `95 of 100 within ${seconds(firstToken.p95Ms)}`),
            tile("Whole answer, median", seconds(whole.medianMs), `95 of 100 within ${seconds(whole.p95Ms)}`)),
        chart("Answers by day", dates, [
            { name: "complete", kind: "first", values: values((each) => each.answers - each.failures) },
            { name: "failed", kind: "third", values: values((each) => each.failures) },
        ], short),
        chart("Tokens by day", dates, [
            { name: "read", kind: "first", values: values((each) => each.inputTokens) },
            { name: "written", kind: "second", values: values((each) => each.outputTokens) },
        ], short),
        chart("Cost by day, estimated", dates, [{ name: "US dollars", kind: "first", values: values((each) => each.costMicroUSD / 1e6) }], (value) => `$${short(value)}`),
        table("Users", ["User", "Answers", "Failed", "Tokens", "Cost"], users.map(({ name, sum: each }) => row(name, each))),
        table("Models", ["Model", "Answers", "Failed", "Tokens", "Cost"], models.map(({ provider, model, sum: each }) => row(`${provider}: ${model}`, each))),
    ];
}

function row(name, sum) {
    return [name, number(sum.answers), number(sum.failures), number(sum.inputTokens + sum.outputTokens), money(sum.costMicroUSD || null)];
}

function table(caption, head, rows) {
    if (!rows.length) return element("p", { class: "muted" }, `${caption}: nothing in these days.`);
    return element(
        "div", { class: "table", tabIndex: 0, role: "region", "aria-label": caption },
        element(
            "table", {}, element("caption", {}, caption),
            element("thead", {}, element("tr", {}, head.map((text, at) => element("th", { scope: "col", class: at ? "align-end" : undefined }, text)))),
            element("tbody", {}, rows.map((cells) => element("tr", {}, cells.map((text, at) =>
                at ? element("td", { class: "align-end" }, text) : element("th", { scope: "row", dir: "auto" }, text)))))));
}

/** Bars by day, one above the other; the same figures as a table below. */
function chart(title, dates, series, format) {
    const totals = dates.map((_, at) => series.reduce((total, { values }) => total + values[at], 0));
    const most = Math.max(...totals);
    const scale = roundUp(most || 1);
    const step = (width - left) / dates.length;
    const y = (value) => (height - bottom) * (1 - value / scale);
    const parts = [];
    for (const share of [0, 0.5, 1]) {
        const at = y(scale * share) + (share === 1 ? 1 : 0);
        parts.push(
            drawing("line", { x1: left, x2: width, y1: at, y2: at, class: "grid" }),
            drawing("text", { x: left - 8, y: at + (share === 1 ? 10 : 0), class: "label end" }, format(scale * share)));
    }
    dates.forEach((time, at) => {
        let below = 0;
        for (const { kind, values } of series) {
            if (!values[at]) continue;
            const top = y(below + values[at]);
            parts.push(drawing("rect", {
                class: kind, x: left + at * step + step * 0.15, y: top, width: step * 0.7, height: Math.max(y(below) - top, 1), rx: Math.min(2, step / 6),
            }));
            below += values[at];
        }
    });
    for (const at of new Set([0, Math.floor((dates.length - 1) / 2), dates.length - 1])) {
        const anchor = at === 0 ? "start" : at === dates.length - 1 ? "end" : "middle";
        parts.push(drawing("text", { x: left + (at + (at === 0 ? 0.1 : at === dates.length - 1 ? 0.9 : 0.5)) * step, y: height - 6, class: `label ${anchor}` }, date(dates[at])));
    }
    const total = totals.reduce((sum, value) => sum + value, 0);
    const label = `${title}, from ${date(dates[0])} to ${date(dates.at(-1))}: ${format(total)} in all, at most ${format(most)} in a day.`;
    return element(
        "figure", { class: "chart" },
        element(
            "figcaption", {}, title,
            series.length > 1 ? element("span", { class: "legend" }, series.map(({ name, kind }) => element("span", {}, element("i", { class: kind, "aria-hidden": "true" }), name))) : null),
        drawing("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, parts),
        element(
            "details", {}, element("summary", {}, "As a table"),
            table(title, ["Day", ...series.map(({ name }) => name)], dates.map((time, at) => [date(time), ...series.map(({ values }) => format(values[at]))]))));
}

function roundUp(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].find((step) => step * power >= value) * power;
}
