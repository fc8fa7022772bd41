"""The athlete's page and the API, in one process (the optional extra `web`).

- `app`: `create_app(...)` puts everything together; the only module that imports all others
- `pages`: the HTML pages, from `templates/` over the views of `rendering`
- `api`: the JSON answers of `wod_pipeline.reading.answers`, described in OpenAPI
- `parameters`: those of the API: days, pages, filters, maxes; others are refused
- `feed`: ``/calendar.ics``, and personal calendars under ``/calendar/``
- `personal`: the address of a personal calendar, which carries the athlete
- `subscribing`: the pages that give these addresses to a visitor
- `access_log`: what the server logs, without the addresses of personal calendars and without maxes
- `shown`: which sessions the page of a day or a week shows
- `context`: what pages and API answer from: sessions, their index, the clock, the visitor's maxes
- `days`: the visitor's time zone and the days of their choice, in cookies
- `maxes`: the visitor's maxes in a cookie; never kept on the server
- `form`: the form of the maxes, with what is wrong in it in the page's words
- `emphasis`: which parts of a text stand out: figures of a load, words of a search, names of code
- `mistakes`: what is wrong with the address of a page, in words
- `max_parameters`: maxes given as parameters of the API
- `charts`: SVG drawn on the server
- `static_files`: style sheets, icon and manifest, cached by version
- `cors`: which other sites' pages may read the API
- `openapi`: the API's description, made from the types of the answers
- `http`: JSON answers, conditional requests, security headers, methods, problems

Read-only: of the requests that are no GET, two set or clear the visitor's own cookies, the other shows an address
made from one. Pages work without scripts and load nothing from another host. Posts are untrusted: templates escape
everything.
"""
