"""The athlete's page and the API, in one process (the optional extra `web`).

The application:

- `app`: puts everything together; the only module that imports all others
- `context`: what pages and API answer from: sessions, their index, the clock, the visitor's maxes
- `etags`: entity tags, made and compared
- `kept`: answers kept in memory until the sessions change
- `http`: JSON answers, conditional requests, security headers, methods, problems
- `forms`: posted forms: their origin, length and fields
- `failures`: answers to what fails, foreseen and unforeseen
- `root_path`: the path under which a proxy serves the site
- `static_files`: style sheets, icon and manifest, cached by version
- `access_log`: what the server logs, without the addresses of personal calendars and without maxes

Against hostile visitors:

- `hosts`: which names of this server a request may give
- `turns`: whose request is answered next
- `connections`: clients that keep a connection waiting are dropped
- `server`: the options of uvicorn

The visitor, known from cookies alone:

- `maxes`: the visitor's maxes in a cookie; never kept on the server
- `maxes_form`: the fields of the maxes, with what is wrong in them in the page's words
- `days`: the visitor's time zone and the days of their choice, in cookies
- `cookies`: the forms of maxes and days, whose answers set these cookies

Pages:

- `pages`: the HTML pages, from `templates/` over the views of `rendering`
- `shown`: which sessions the page of a day or a week shows
- `emphasis`: which parts of a text stand out: figures of a load, words of a search, names of code
- `charts`: SVG drawn on the server
- `mistakes`: what is wrong with the address of a page, in words

The API:

- `api`: the JSON answers of `wod_pipeline.reading.answers`, described in OpenAPI
- `parameters`: those of the API: days, pages, filters, maxes; others are refused
- `max_parameters`: maxes given as parameters
- `openapi`: the API's description, made from the types of the answers
- `problems`: the problems of that description, in the words in which they are answered
- `cors`: which other sites' pages may read the API

Calendars:

- `feed`: ``/calendar.ics``, and personal calendars under ``/calendar/``
- `recent_calendars`: the calendars made last, in memory
- `personal`: the address of a personal calendar, which carries the athlete
- `subscribing`: the pages that give these addresses to a visitor

Read-only: of the requests that are no GET, two set or clear the visitor's own cookies, the other shows an address
made from one. Pages work without scripts and load nothing from another host. Posts are untrusted: templates escape
everything.
"""
