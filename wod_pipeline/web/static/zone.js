// Tells the server in which time zone the visitor is, so that "today" is their day. Nothing else is sent or kept.
// The pages work without it: "today" is then that of the program's time zone, which the page names.
"use strict";
(() => {
  const two = (number) => String(number).padStart(2, "0");
  const today = () => {
    const now = new Date();
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  };
  const path = document.documentElement.dataset.path || "/"; // where a proxy serves the site
  const shown = document.documentElement.dataset.today;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || !/^[\w+\/-]+$/.test(zone)) return;

  const cookie = `tz=${zone}`; // a cookie may hold every character of a zone's name as it is
  const isKept = () => document.cookie.split("; ").includes(cookie);
  if (!isKept()) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${cookie}; Path=${path}; Max-Age=34560000; SameSite=Lax${secure}`;
    if (isKept() && shown && shown !== today()) location.reload();
  }
  if (isKept() && shown === today()) {
    for (const note of document.querySelectorAll("[data-program-zone]")) note.hidden = true;
  }
  // A page left open over midnight shows the new day when it is looked at again.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && isKept() && shown && shown !== today()) location.reload();
  });
})();
