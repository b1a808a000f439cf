"""The web: pages, feeds out and a JSON API over what is stored. Read-only; fetches nothing; no script, no cookie.

`server.make_app` puts it together; `guard` stands before everything (host names, headers, ETags); `site` knows the store,
the labs and what was made of them since the last change; `pages`, `feeds`, `api` and `health` answer.
"""
