"""The athlete's page and the API, in one process (the optional extra `web`).

- `app`: `create_app(...)` puts everything together; the only module that knows all others
- `pages`: the HTML pages, from `templates/` over the views of `rendering`
- `api`: the JSON answers of `wod_pipeline.reading.answers`, described in OpenAPI
- `feed`: ``/calendar.ics``
- `source`: what pages and API read: sessions, the index, the date, the visitor's maxes
- `maxes`: the visitor's maxes in a cookie; never kept on the server
- `charts`: SVG drawn on the server
- `openapi`: the API's description, made from the types of the answers
- `http`: conditional answers, security headers, problems as JSON or as a page

Read-only: the one request that is not a GET sets or clears the visitor's own cookie. No script, and nothing
from another host. A post is hostile until proved otherwise: templates escape everything.
"""
