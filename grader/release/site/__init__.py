"""The course as a site to read and try: static pages, made of the files that everything else is made of.

`build.build_site` is the way in. `source` gathers what the pages are made of; `front`, `lessons`, `reference` and
`documents` write them, in Markdown; `text` and `formulas` say how Markdown becomes a page; `generate` has Zensical
render it, once for each language.
"""
