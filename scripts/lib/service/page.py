#!/usr/bin/env python3
"""Walks a person's day through the page of `circadian serve`, in a headless Chromium.

Somebody new is named, talked with, stopped, corrected, given files, put to sleep, woken, asked for a brief, rolled back and made
to forget. Every place is looked at on a phone and on a desk, light and dark, and checked: names of controls, order of
headings, contrast of what is drawn, focus that can be seen, nothing wider than the screen. Exits with 1 when anything of it fails.

Needs selenium, chromium and chromium-driver (apt-get install chromium chromium-driver). It leaves its individual behind: serve a home of its own.
"""

import argparse
import sys
import time
import traceback
from pathlib import Path
from urllib.parse import quote

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

SIZES = {"phone": (390, 844), "desk": (1280, 800)}
NARROWEST = (360, 740)
SCHEMES = ("light", "dark")
TRANSCRIPT = "Sources/circadian/Resources/sample-transcript.md"

# What is wrong with what is on the screen now, as a list of sentences.
CHECKS = r"""
const wrong = [];
const open = document.querySelector("dialog[open]");
const scope = open ?? document.body;
const isShown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".unseen");
const told = (node) => `<${node.tagName.toLowerCase()}${node.id ? "#" + node.id : ""}> "${(node.textContent || "").trim().slice(0, 40)}"`;

if (document.querySelectorAll("main").length !== 1) wrong.push("there is not exactly one main");
if (!document.documentElement.lang) wrong.push("the language is not said");
if (!document.title) wrong.push("the page has no title");
if (document.querySelector("[style]")) wrong.push("there is a style attribute: " + told(document.querySelector("[style]")));

const headings = [...scope.querySelectorAll("h1,h2,h3,h4")].filter(isShown);
if (!open && headings.filter((node) => node.tagName === "H1").length !== 1) wrong.push("there is not exactly one first heading");
let level = open ? 1 : 0;
for (const node of headings) {
  const own = Number(node.tagName[1]);
  if (own > level + 1) wrong.push(`a heading is skipped before ${told(node)}`);
  if (!node.textContent.trim()) wrong.push("a heading is empty");
  level = own;
}

const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) wrong.push(`#${id} is there twice`);
for (const list of scope.querySelectorAll("ul,ol")) {
  if ([...list.children].some(({ tagName }) => tagName !== "LI")) wrong.push(`a list holds more than items: ${told(list)}`);
}
for (const image of scope.querySelectorAll("img:not([alt])")) wrong.push(`an image says nothing: ${image.src}`);
for (const label of scope.querySelectorAll("label[for]")) {
  if (!document.getElementById(label.htmlFor)) wrong.push(`a label is of nothing: ${told(label)}`);
}

if (document.documentElement.scrollWidth > innerWidth) {
  const wide = [...scope.querySelectorAll("*")].find((node) => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest(".scroll, .unseen, svg"));
  wrong.push(`the page is ${document.documentElement.scrollWidth} wide, the screen ${innerWidth}: ${wide ? told(wide) : "?"}`);
}
for (const node of scope.querySelectorAll("button, .button, input, textarea, nav a")) {
  const box = node.getBoundingClientRect();
  if (isShown(node) && (box.height < 20 || box.width < 20)) wrong.push(`too small to press: ${told(node)} ${box.width}x${box.height}`);
}

// Colours as they are drawn: the text's over every background behind it.
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const paint = canvas.getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  paint.clearRect(0, 0, 1, 1);
  paint.fillStyle = colour;
  paint.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
const behind = (node) => {
  const layers = [];
  for (let at = node; at; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1 || at.tagName === "DIALOG") break;
  }
  return layers.reduceRight((below, above) => over(above, below), [255, 255, 255, 1]);
};
const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0);
const ratio = (one, other) => {
  const [a, b] = [light(one), light(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
let least = 21;
const judge = (node, colour, limit) => {
  const ground = behind(node);
  let opacity = 1;
  for (let at = node; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
  const ink = rgba(colour);
  ink[3] *= opacity;
  const contrast = ratio(over(ink, ground), ground);
  if (limit === 4.5) least = Math.min(least, contrast);
  if (contrast < limit) wrong.push(`contrast ${contrast.toFixed(2)} of ${told(node)}`);
};
const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
const seen = new Set();
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || seen.has(node) || node.closest("svg, noscript") || !isShown(node)) continue;
  seen.add(node);
  judge(node, getComputedStyle(node).color, 4.5);
}
for (const field of scope.querySelectorAll("input, textarea")) {
  if (!isShown(field) || field.type === "file") continue;
  judge(field, getComputedStyle(field).color, 4.5);
  if (field.placeholder) judge(field, getComputedStyle(field, "::placeholder").color, 4.5);
  // The border is what says that one can write there.
  if (field.matches("textarea, input:not([type=checkbox], [type=radio])")) judge(field.parentElement, getComputedStyle(field).borderTopColor, 3);
}
return { wrong, least };
"""

FOCUS = r"""
const node = document.activeElement;
if (!node || node === document.body) return null;
const style = getComputedStyle(node), box = node.getBoundingClientRect();
node.dataset.walked = "yes";
return { told: `<${node.tagName.toLowerCase()}> "${(node.getAttribute("aria-label") || node.textContent || node.id).trim().slice(0, 40)}"`,
         isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
         isOnScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
"""

# Roles that need a name of their own.
NAMED = {"button", "link", "textbox", "searchbox", "checkbox", "radio", "progressbar", "meter", "dialog", "navigation", "region",
         "DisclosureTriangle", "image", "img", "combobox", "article"}


class Failure(Exception):
    pass


class Walk:
    def __init__(self, driver, url, screenshots, patience):
        self.driver, self.url, self.screenshots, self.patience = driver, url.rstrip("/"), screenshots, patience
        self.failures, self.looks, self.least = [], 0, 21.0
        self.size, self.scheme = "desk", "light"
        # The walker's own requests that are refused are told by the browser, too.
        self.expects_refusal = False

    # What a person does.

    def find(self, selector, seconds=15):
        """The first element of a selector that is shown."""
        end = time.time() + seconds
        while time.time() < end:
            try:
                for element in self.driver.find_elements(By.CSS_SELECTOR, selector):
                    if element.is_displayed():
                        return element
            except StaleElementReferenceException:
                pass
            time.sleep(0.05)
        raise Failure(f"{selector} did not appear in {seconds} s at {self.driver.current_url}: {self.text()[:300]!r}")

    def has(self, selector):
        return any(element.is_displayed() for element in self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector="#view"):
        try:
            return self.driver.find_element(By.CSS_SELECTOR, selector).text
        except (NoSuchElementException, StaleElementReferenceException):
            return ""

    def until(self, what, condition, seconds=30):
        end = time.time() + seconds
        while time.time() < end:
            try:
                if value := condition():
                    return value
            except (NoSuchElementException, StaleElementReferenceException):
                pass
            time.sleep(0.1)
        raise Failure(f"waited {seconds} s for {what}, at {self.driver.current_url}: {self.text()[:300]!r}")

    def click(self, selector, seconds=15):
        """Presses as a keyboard does, and what is covered cannot be pressed with a mouse either."""
        for _ in range(20):
            try:
                element = self.find(selector, seconds)
                self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
                element.click()
                return
            except StaleElementReferenceException:
                continue
        raise Failure(f"{selector} does not hold still")

    def keys(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def go(self, *parts):
        address = "#" + "/".join(quote(str(part), safe="") for part in parts)
        self.driver.execute_script("document.querySelector('#view h1')?.setAttribute('data-old', ''); location.hash = arguments[0]", address)
        # The heading of the page before is gone, and what is fetched is there.
        self.until(f"the place {address}", lambda: self.has("#view h1:not([data-old])") and not self.has("#view [aria-busy]"))
        if self.has("#view .problem"):
            raise Failure(f"{address} shows: {self.text('#view .problem')}")

    def say(self, text):
        field = self.find("#composer")
        field.click()
        for number, line in enumerate(text.split("\n")):
            if number:
                self.keys(Keys.SHIFT, Keys.ENTER)
            self.keys(line)
        self.keys(Keys.ENTER)

    def answered(self, turns=None):
        """Waits until nothing is written any more; and the number of turns is what it should be."""
        self.until("the reply", lambda: self.has("#send") and not self.has(".turn.live"), 120)
        self.until("the turns", lambda: self.turns() == turns if turns else True)
        if self.has(".problem"):
            raise Failure(f"talking shows: {self.text('.problem')}")

    def turns(self):
        return len(self.driver.find_elements(By.CSS_SELECTOR, ".turns .turn"))

    # What is looked at.

    def resize(self, size, scheme):
        width, height = SIZES.get(size, NARROWEST)
        self.size, self.scheme = size, scheme
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", dict(width=width, height=height, deviceScaleFactor=1, mobile=False))
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})
        time.sleep(0.1)

    def fail(self, what):
        print(f"  FAILED {what}", flush=True)
        self.failures.append(what)

    def look(self, name):
        """Checks what is shown in both sizes and schemes, and once very narrow; takes a picture of each."""
        was = self.size, self.scheme
        for size in SIZES:
            for scheme in SCHEMES:
                self.resize(size, scheme)
                self.check(f"{name}, {size}, {scheme}")
                if self.screenshots:
                    self.driver.save_screenshot(str(self.screenshots / f"{name}-{size}-{scheme}.png"))
        self.resize("narrow", "light")
        self.check(f"{name}, 360 wide")
        self.resize(*was)

    def check(self, place):
        self.looks += 1
        result = self.driver.execute_script(CHECKS)
        self.least = min(self.least, result["least"])
        for what in result["wrong"]:
            self.fail(f"{place}: {what}")
        for node in self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]:
            role = node.get("role", {}).get("value")
            if not node.get("ignored") and role in NAMED and not node.get("name", {}).get("value", "").strip():
                self.fail(f"{place}: a {role} without a name")
        self.read_console(place)

    def read_console(self, place):
        for entry in self.driver.get_log("browser"):
            if entry["level"] in ("SEVERE", "WARNING") and not (self.expects_refusal and "Failed to load resource" in entry["message"]):
                self.fail(f"{place}: console: {entry['message']}")

    def tab_through(self, name):
        """Every control can be reached with the tab key, is on the screen then, and shows it."""
        # A browser goes on from where the focus was last; the body is before everything.
        self.driver.execute_script("""
          document.querySelectorAll("[data-walked]").forEach((node) => delete node.dataset.walked);
          document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex"); scrollTo(0, 0)""")
        self.keys(Keys.TAB)
        first = self.driver.execute_script(FOCUS)
        if not first or "Skip" not in first["told"]:
            self.fail(f"{name}: the first tab does not lead to the skip link but to {first}")
        for _ in range(200):
            self.keys(Keys.TAB)
            reached = self.driver.execute_script(FOCUS)
            if not reached or "Skip" in reached["told"]:
                break
            if not reached["isSeen"]:
                self.fail(f"{name}: the focus cannot be seen on {reached['told']}")
            if not reached["isOnScreen"]:
                self.fail(f"{name}: the focus is off the screen on {reached['told']}")
        missed = self.driver.execute_script("""
          return [...document.querySelectorAll("a[href], button, input, textarea, summary")]
            .filter((n) => n.checkVisibility({ visibilityProperty: true }) && !n.disabled && n.tabIndex >= 0 && !n.dataset.walked && !(n.type === "radio" && !n.checked))
            .map((n) => n.outerHTML.slice(0, 80))""")
        for what in missed:
            self.fail(f"{name}: the tab key does not reach {what}")

    def dialog(self, name):
        """A dialog holds the focus, closes with Escape, and gives the focus back."""
        self.find("dialog[open]")
        self.look(name)
        if not self.driver.execute_script("return document.querySelector('dialog[open]').contains(document.activeElement)"):
            self.fail(f"{name}: the focus is not in the dialog")
        self.keys(Keys.ESCAPE)
        self.until("the dialog to close", lambda: not self.has("dialog[open]"))


class Day:
    """A life of a day and a night, step by step."""

    def __init__(self, walk, transcript):
        self.walk, self.transcript = walk, transcript
        self.name = f"walker-{int(time.time()) % 1_000_000}"
        self.word = "Quillfeather"

    steps = ["birth", "talking", "stopping", "correcting", "answering_again", "reading", "dropping", "tonight", "interrupting", "sleeping",
             "morning", "memory", "people", "timeline", "finding", "going_back", "forgetting", "wrong_turns", "keyboard"]

    def birth(self):
        w = self.walk
        w.driver.get(w.url + "/")
        w.find("#newcomer")
        w.look("home")
        w.tab_through("home")
        w.find("#newcomer").send_keys(self.name, Keys.ENTER)
        w.until("the first talk", lambda: self.name in w.driver.current_url and w.has("#composer"))
        w.look("first-talk")

    def talking(self):
        w = self.walk
        w.say(f"My cat is called {self.word}.\nShe lives in a bakery.")
        w.answered(2)
        if "\n" not in w.text(".turn.own .said"):
            w.fail("Shift and Enter did not begin a line")
        if "/chat/" not in w.driver.current_url:
            w.fail("the conversation has no address")
        w.say("What is 12 * 37?")
        w.answered(4)

    def stopping(self):
        w = self.walk
        w.say("Tell me everything that you know, as long as you can.")
        # A small core may be done before anybody can stop it.
        w.until("the beginning of a reply", lambda: w.has("#stop") or w.turns() == 6)
        time.sleep(0.3)
        if w.has("#stop"):
            w.keys(Keys.ESCAPE)
        w.answered()
        w.look("talk")

    def correcting(self):
        w = self.walk
        before = w.turns()
        w.driver.find_elements(By.CSS_SELECTOR, ".turns [data-act=edit]")[-1].click()
        w.find("#edit")
        w.look("talk-editing")
        w.keys(Keys.ESCAPE)
        w.until("the field to close", lambda: not w.has("#edit"))
        w.driver.find_elements(By.CSS_SELECTOR, ".turns [data-act=edit]")[-1].click()
        field = w.find("#edit")
        field.clear()
        field.send_keys("Where does my cat live?", Keys.ENTER)
        w.answered(6)
        if "Where does my cat live?" not in w.text(".turns") or "everything that you know" in w.text(".turns"):
            w.fail("what was said otherwise is not what stands there")
        if before not in (5, 6):
            w.fail(f"{before} turns after three were said")

    def answering_again(self):
        w = self.walk
        w.click("[data-act=regenerate]")
        w.answered(6)
        address = w.driver.current_url
        w.driver.refresh()
        w.until("the same conversation after a reload", lambda: w.turns() == 6 and w.driver.current_url == address)

    def reading(self):
        w = self.walk
        w.driver.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(self.transcript))
        w.until("the file to be read", lambda: w.has(".news a"), 60)
        w.look("reading")
        w.click(".news a")
        w.until("the text", lambda: len(w.text(".text")) > 500)
        w.look("episode")
        w.click(".news button")

    def dropping(self):
        w = self.walk
        w.driver.execute_script("""
          const files = new DataTransfer();
          files.items.add(new File(["The kettle of the mill is blue, and nobody may paint it."], "kettle.txt", { type: "text/plain" }));
          const over = (type) => document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: files }));
          over("dragenter"); over("dragover"); over("drop");""")
        w.until("the dropped file to be read", lambda: w.has(".news a"), 60)
        w.click(".news button")

    def tonight(self):
        w = self.walk
        w.go(self.name, "tonight")
        w.find("#go-to-sleep", 120)
        w.find("#note").send_keys("The keeper of the mill likes plums.")
        w.driver.find_element(By.CSS_SELECTOR, "#note").submit()
        w.until("the note in the day", lambda: "plums" in w.text() and w.has("#go-to-sleep"), 120)
        w.look("tonight")
        w.tab_through("tonight")
        for radio in w.driver.find_elements(By.CSS_SELECTOR, ".feature input[value=suppress]")[:1]:
            radio.click()

    def interrupting(self):
        w = self.walk
        w.click("#go-to-sleep")
        w.until("the night to begin", lambda: w.has(".stages li"))
        w.until("a stage", lambda: w.has("#sleep-details") and "asleep" in w.text("#sleep-details"))
        w.look("asleep")
        w.tab_through("asleep")
        w.click("#stop-sleep")
        w.until("the interruption", lambda: w.has("#outcome"), self.walk.patience)
        outcome = w.find("#outcome").get_attribute("data-result")
        if outcome not in ("interrupted", "kept"):
            w.fail(f"a night that was stopped is {outcome}: {w.text()}")
        self.is_over = outcome == "kept"
        w.look("woken")

    def sleeping(self):
        w = self.walk
        if not self.is_over:
            w.go(self.name, "tonight")
            w.find("#go-to-sleep", 120)
            w.driver.find_element(By.CSS_SELECTOR, "#go-to-sleep").send_keys(Keys.ENTER)
            w.until("the night to go on", lambda: w.has(".stages li") or w.has("#outcome"), 60)
            # Somebody who looks elsewhere comes back to the same night.
            w.go(self.name, "memory")
            w.go(self.name, "sleep")
            w.until("the morning", lambda: w.has("#outcome"), w.patience)
            outcome = w.find("#outcome").get_attribute("data-result")
            if outcome != "kept":
                raise Failure(f"the night is {outcome}: {w.text()}")
        w.look("outcome")

    def morning(self):
        w = self.walk
        w.click("#view a.primary")
        w.until("the brief", lambda: w.has("#view .lead") and "/morning/" in w.driver.current_url)
        w.look("morning")
        w.tab_through("morning")
        if self.name not in w.text("h1"):
            w.fail(f"the brief is called {w.text('h1')!r}")

    def memory(self):
        w = self.walk
        w.go(self.name, "memory")
        if len(w.driver.find_elements(By.CSS_SELECTOR, ".levels > li")) < 4:
            w.fail("after a night there are less than four memories")
        if not w.has(".chart li"):
            w.fail("there is no exam after a night")
        w.look("memory")

    def people(self):
        w = self.walk
        w.go(self.name, "people")
        w.look("people")
        w.click(".people a")
        w.until("a person", lambda: w.has(".appearances"))
        w.look("person")

    def timeline(self):
        w = self.walk
        w.go(self.name, "timeline")
        if not w.has("section.night") or not w.has("section.day"):
            w.fail("the timeline has no day or no night")
        w.look("timeline")
        w.tab_through("timeline")
        # A conversation that a night has learned is over.
        w.go(self.name, "chat")
        w.look("morning-talk")

    def finding(self):
        w = self.walk
        w.go(self.name, "search")
        w.find("#words").send_keys(self.word, Keys.ENTER)
        w.until("what was found", lambda: w.has(".hits li"))
        w.look("search")

    def going_back(self):
        w = self.walk
        w.go(self.name, "timeline")
        w.click("[data-rollback='0']")
        w.dialog("dialog-back")
        w.click("[data-rollback='0']")
        w.click("dialog .grave")
        w.until("the life before", lambda: w.has("#rolled-back"))
        w.look("rolled-back")
        number = w.find("section.night [data-rollback]").get_attribute("data-rollback")
        w.click(f"[data-rollback='{number}']")
        w.click("dialog .grave")
        w.until("the life after", lambda: w.has("#rolled-back") and w.has(".badge"))

    def forgetting(self):
        w = self.walk
        w.go(self.name, "chat", "new")
        w.say("My secret word is Zwergspinne.")
        w.answered()
        w.go(self.name, "search", "Zwergspinne")
        w.click("#forget-words")
        w.dialog("dialog-forget")
        w.click("#forget-words")
        w.click("dialog .grave")
        w.until("the forgetting to end", lambda: w.has("#outcome"), w.patience)
        w.go(self.name, "search", "Zwergspinne")
        w.until("that nothing is found", lambda: w.has("#forget-words") and not w.has(".hits"))

    def wrong_turns(self):
        """Errors are sentences where they happened."""
        w = self.walk
        w.expects_refusal = True
        w.driver.execute_script("location.hash = arguments[0]", f"#{self.name}/morning/9999")
        w.until("a sentence about a night that never was", lambda: w.has(".problem"))
        w.look("problem")
        w.driver.execute_script("location.hash = ''")
        w.find("#newcomer").send_keys(self.name, Keys.ENTER)
        w.until("a sentence about a name that is taken", lambda: w.has(".problem"))
        w.look("name-taken")
        w.driver.get_log("browser")
        w.expects_refusal = False

    def keyboard(self):
        w = self.walk
        w.go(self.name, "chat")
        w.tab_through("talk")
        w.resize("phone", "light")
        w.tab_through("talk on a phone")
        w.resize("desk", "light")
        address = w.driver.current_url
        w.driver.execute_script("document.activeElement.blur()")
        w.driver.find_element(By.ID, "skip").send_keys(Keys.ENTER)
        if w.driver.switch_to.active_element.get_attribute("id") != "main" or w.driver.current_url != address:
            w.fail("the skip link does not lead to the content")

    def live(self):
        for step in self.steps:
            start = time.time()
            print(f"{step.replace('_', ' ')}", flush=True)
            getattr(self, step)()
            self.walk.read_console(step)
            print(f"  {time.time() - start:.1f} s", flush=True)


def browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-GB"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver") if Path("/usr/bin/chromedriver").exists() else Service())


def default_transcript():
    folders = [folder / TRANSCRIPT for folder in Path(__file__).resolve().parents]
    return next((file for file in folders if file.exists()), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="where the page is served")
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER", help="takes pictures of every place into this folder")
    parser.add_argument("--read", type=Path, default=default_transcript(), metavar="FILE", help="a transcript with speakers that a night can learn")
    parser.add_argument("--patience", type=float, default=300, metavar="SECONDS", help="how long a night may take (default: 300)")
    options = parser.parse_args()
    if not options.read or not options.read.exists():
        parser.error("name a transcript with --read")
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    driver = browser()
    walk = Walk(driver, options.url, options.screenshots, options.patience)
    try:
        walk.resize("desk", "light")
        Day(walk, options.read.resolve()).live()
    except Exception as error:  # Whatever stopped the walk is its failure; the browser still has to be ended.
        if not isinstance(error, Failure):
            traceback.print_exc()
        walk.fail(f"{error}")
        if options.screenshots:
            driver.save_screenshot(str(options.screenshots / "failed.png"))
        walk.read_console("at the end")
    finally:
        driver.quit()
    print(f"{walk.looks} looks, {len(walk.failures)} failures, least contrast of text {walk.least:.2f}")
    return 1 if walk.failures else 0


if __name__ == "__main__":
    sys.exit(main())
