"""GitHub as the demo world has it: the REST API, the web site's Atom feeds and raw README files.

Pure: a request and the world's repositories go in, an answer comes out; headers and bodies follow GitHub's
documentation (rest/releases, rest/repos, using-the-rest-api). Never counts a quota: the server does.
"""

import base64
from collections.abc import Callable
from html import escape
from typing import Any

from aggregator.demo.wire import Asked, Json, Reply, blob_sha, fingerprint, json_reply, text_reply, with_query

ATOM = "application/atom+xml; charset=utf-8"
SITE = "https://github.com"
Repo = dict[str, Any]

_LICENCES = {"apache-2.0": ("Apache License 2.0", "Apache-2.0"), "mit": ("MIT License", "MIT")}


def missing() -> Reply:
    """The answer for whatever is unknown or private."""
    return json_reply(
        {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, status=404
    )


class GitHub:
    """The world's accounts and repositories behind GitHub's addresses."""

    def __init__(self, accounts: dict[str, Any], page_cap: int, edited: Callable[[], bool]) -> None:
        self._accounts = accounts
        self._page_cap = page_cap
        self._edited = edited

    # ---------------------------------------------------------------- what the world holds

    def _account(self, name: str) -> tuple[str, dict[str, Any]] | None:
        for login, account in self._accounts.items():
            if login.lower() == name.lower():
                return login, account
        return None

    def _repo(self, owner: str, name: str) -> tuple[str, Repo] | None:
        found = self._account(owner)
        for repo in found[1]["repos"] if found else []:
            if repo["name"].lower() == name.lower() and found:
                return found[0], repo
        return None

    def readme(self, repo: Repo) -> str:
        """The README as it stands: before or after the edit, where the world has one."""
        return str(repo["readme"] if self._edited() else repo.get("readme_before", repo["readme"]))

    def _pushed(self, repo: Repo) -> str:
        return str(repo["created_at"] if "readme_before" in repo and not self._edited() else repo["pushed_at"])

    def _repo_row(self, asked: Asked, login: str, repo: Repo) -> Json:
        account = self._accounts[login]
        licence = repo["license"]
        name, spdx = _LICENCES.get(licence or "", ("Other", "NOASSERTION"))
        pushed = self._pushed(repo)
        return {
            "id": repo["id"],
            "node_id": f"R_{repo['id']}",
            "name": repo["name"],
            "full_name": f"{login}/{repo['name']}",
            "private": False,
            "owner": {"login": login, "id": account["id"], "type": account["type"], "site_admin": False},
            "html_url": f"{SITE}/{login}/{repo['name']}",
            "description": repo["description"],
            "fork": repo["fork"],
            "url": f"{asked.base}/gh/repos/{login}/{repo['name']}",
            "created_at": repo["created_at"],
            "updated_at": pushed,
            "pushed_at": pushed,
            "homepage": None,
            "size": len(repo["readme"]),
            "stargazers_count": repo["stargazers_count"],
            "watchers_count": repo["stargazers_count"],
            "forks_count": repo["stargazers_count"] // 10,
            "open_issues_count": 9,
            "language": repo["language"],
            "license": licence
            and {
                "key": licence,
                "name": name,
                "spdx_id": spdx,
                "url": None if licence == "other" else f"{asked.base}/gh/licenses/{licence}",
                "node_id": f"L_{licence}",
            },
            "topics": repo["topics"],
            "archived": False,
            "disabled": False,
            "is_template": False,
            "visibility": "public",
            "default_branch": "main",
        }

    def _release_row(self, asked: Asked, login: str, repo: Repo, release: dict[str, Any]) -> Json:
        full = f"{login}/{repo['name']}"
        number = int(fingerprint(f"{full}@{release['tag']}", 7), 16)
        at = release["published_at"]
        return {
            "url": f"{asked.base}/gh/repos/{full}/releases/{number}",
            "assets_url": f"{asked.base}/gh/repos/{full}/releases/{number}/assets",
            "upload_url": f"https://uploads.github.com/repos/{full}/releases/{number}/assets{{?name,label}}",
            "html_url": f"{SITE}/{full}/releases/tag/{release['tag']}",
            "id": number,
            "node_id": f"RE_{number}",
            "tag_name": release["tag"],
            "target_commitish": "main",
            "name": release["name"],
            "body": release["body"],
            "draft": False,
            "prerelease": release["prerelease"],
            "immutable": False,
            "created_at": at,
            "published_at": at,
            "updated_at": at,
            "author": {"login": "release-bot", "id": 7700001, "type": "Bot", "site_admin": False},
            "assets": [],
            "tarball_url": f"{asked.base}/gh/repos/{full}/tarball/{release['tag']}",
            "zipball_url": f"{asked.base}/gh/repos/{full}/zipball/{release['tag']}",
        }

    def _releases(self, repo: Repo) -> list[dict[str, Any]]:
        public = [release for release in repo["releases"] if not release.get("draft")]
        return sorted(public, key=lambda release: str(release["published_at"]), reverse=True)

    def _tags(self, repo: Repo) -> list[dict[str, str]]:
        dated = [{"tag": str(r["tag"]), "at": str(r["published_at"])} for r in self._releases(repo)]
        return sorted([*repo["tags"], *dated], key=lambda tag: str(tag["tag"]), reverse=True)

    # ---------------------------------------------------------------- the REST API

    def api(self, asked: Asked, parts: list[str]) -> Reply:
        """Answer one request of the REST API; `parts` are the segments after the prefix."""
        if len(parts) == 3 and parts[0] in ("orgs", "users") and parts[2] == "repos":
            return self._list_repos(asked, parts[1], organisations_only=parts[0] == "orgs")
        if len(parts) == 3 and parts[0] == "organizations" and parts[2] == "repos":
            for login, account in self._accounts.items():
                if str(account["id"]) == parts[1]:
                    return self._list_repos(asked, login, organisations_only=True)
        if len(parts) >= 3 and parts[0] == "repos":
            found = self._repo(parts[1], parts[2])
            return self._repository(asked, *found, parts[3:]) if found else missing()
        if len(parts) >= 2 and parts[0] == "repositories":
            for login, account in self._accounts.items():
                for repo in account["repos"]:
                    if str(repo["id"]) == parts[1]:
                        return self._repository(asked, login, repo, parts[2:])
        if parts == ["rate_limit"]:
            return json_reply({"resources": {}})
        return missing()

    def _list_repos(self, asked: Asked, name: str, organisations_only: bool) -> Reply:
        found = self._account(name)
        if found is None or (organisations_only and found[1]["type"] != "Organization"):
            return missing()
        login, account = found
        rows = [self._repo_row(asked, login, repo) for repo in account["repos"]]
        key = {"created": "created_at", "updated": "updated_at", "pushed": "pushed_at"}.get(asked.word("sort"))
        descending = asked.word("direction", "desc" if key else "asc") == "desc"
        rows.sort(key=lambda row: str(row[key or "full_name"]), reverse=descending)
        kind = "organizations" if organisations_only else "user"
        return self._paged(asked, rows, f"/gh/{kind}/{account['id']}/repos")

    def _repository(self, asked: Asked, login: str, repo: Repo, rest: list[str]) -> Reply:
        numeric = f"/gh/repositories/{repo['id']}"
        full = f"{login}/{repo['name']}"
        if not rest:
            return json_reply(self._repo_row(asked, login, repo))
        if rest == ["releases"]:
            rows = [self._release_row(asked, login, repo, release) for release in self._releases(repo)]
            return self._paged(asked, rows, f"{numeric}/releases")
        if rest == ["releases", "latest"]:
            final = [release for release in self._releases(repo) if not release["prerelease"]]
            return json_reply(self._release_row(asked, login, repo, final[0])) if final else missing()
        if rest == ["tags"]:
            return self._paged(
                asked, [self._tag_row(asked, full, tag["tag"]) for tag in self._tags(repo)], f"{numeric}/tags"
            )
        if len(rest) == 2 and rest[0] == "commits":
            for tag in self._tags(repo):
                if rest[1] in (tag["tag"], fingerprint(f"{full}#{tag['tag']}", 40)):
                    person = {"name": "maintainer", "email": "maintainer@example.org", "date": tag["at"]}
                    sha = fingerprint(f"{full}#{tag['tag']}", 40)
                    return json_reply({"sha": sha, "commit": {"author": person, "committer": person, "message": ""}})
        if rest == ["readme"]:
            return json_reply(self._readme_row(asked, full, self.readme(repo)))
        return missing()

    def _tag_row(self, asked: Asked, full: str, tag: str) -> Json:
        sha = fingerprint(f"{full}#{tag}", 40)
        return {
            "name": tag,
            "zipball_url": f"{asked.base}/gh/repos/{full}/zipball/refs/tags/{tag}",
            "tarball_url": f"{asked.base}/gh/repos/{full}/tarball/refs/tags/{tag}",
            "commit": {"sha": sha, "url": f"{asked.base}/gh/repos/{full}/commits/{sha}"},
            "node_id": f"REF_{sha[:12]}",
        }

    def _readme_row(self, asked: Asked, full: str, text: str) -> Json:
        sha = blob_sha(text)
        url = f"{asked.base}/gh/repos/{full}/contents/README.md?ref=main"
        git = f"{asked.base}/gh/repos/{full}/git/blobs/{sha}"
        return {
            "name": "README.md",
            "path": "README.md",
            "sha": sha,
            "size": len(text.encode()),
            "url": url,
            "html_url": f"{SITE}/{full}/blob/main/README.md",
            "git_url": git,
            "download_url": f"{asked.base}/raw/{full}/main/README.md",
            "type": "file",
            "content": base64.encodebytes(text.encode()).decode(),
            "encoding": "base64",
            "_links": {"self": url, "git": git, "html": f"{SITE}/{full}/blob/main/README.md"},
        }

    def _paged(self, asked: Asked, rows: list[Json], numeric_path: str) -> Reply:
        size = min(asked.number("per_page", 30), 100, self._page_cap)
        page = asked.number("page", 1)
        last = max(1, -(-len(rows) // size))
        wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page <= 1:
            del wanted["prev"], wanted["first"]
        if page >= last:
            del wanted["next"], wanted["last"]
        link = ", ".join(
            f'<{with_query(asked, numeric_path, page=str(number))}>; rel="{rel}"' for rel, number in wanted.items()
        )
        return json_reply(rows[(page - 1) * size : page * size], headers=[("Link", link)] if link else [])

    # ---------------------------------------------------------------- the web site and raw files

    def web(self, asked: Asked, parts: list[str]) -> Reply:
        """Answer `/{org}.atom`, `/{owner}/{repo}/releases.atom` and `/tags.atom`; a 404 is an HTML page."""
        gone = text_reply("<!doctype html><title>Page not found</title>", "text/html; charset=utf-8", 404)
        if len(parts) == 1 and parts[0].endswith(".atom"):
            found = self._account(parts[0].removesuffix(".atom"))
            return text_reply(self._events_atom(*found), ATOM) if found else gone
        if len(parts) == 3 and parts[2] in ("releases.atom", "tags.atom"):
            repo = self._repo(parts[0], parts[1])
            return text_reply(self._versions_atom(*repo, parts[2].removesuffix(".atom")), ATOM) if repo else gone
        return gone

    def raw(self, asked: Asked, parts: list[str]) -> Reply:
        """Answer `/{owner}/{repo}/HEAD/README.md` (or `main`) with the file itself."""
        if len(parts) == 4 and parts[2] in ("HEAD", "main") and parts[3] == "README.md":
            found = self._repo(parts[0], parts[1])
            if found:
                return text_reply(self.readme(found[1]), "text/plain; charset=utf-8")
        return text_reply("404: Not Found", "text/plain; charset=utf-8", 404)

    def _versions_atom(self, login: str, repo: Repo, kind: str) -> str:
        full = f"{login}/{repo['name']}"
        named = {str(release["tag"]): release for release in self._releases(repo)}
        tags = sorted(self._tags(repo), key=lambda tag: str(tag["at"]), reverse=True)[:10]
        title = f"{'Release notes' if kind == 'releases' else 'Tags'} from {repo['name']}"
        entries = []
        for tag in tags:
            release = named.get(tag["tag"], {})
            notes = f"<p>{escape(str(release.get('body', '')).strip())}</p>" if release.get("body") else ""
            entries.append(
                _entry(
                    f"tag:github.com,2008:Repository/{repo['id']}/{tag['tag']}",
                    f"{SITE}/{full}/releases/tag/{tag['tag']}",
                    str(release.get("name") or tag["tag"]),
                    tag["at"],
                    notes,
                    "release-bot",
                )
            )
        return _atom(f"{SITE}/{full}/{kind}", title, tags[0]["at"] if tags else str(repo["created_at"]), entries)

    def _events_atom(self, login: str, account: dict[str, Any]) -> str:
        events: list[tuple[str, str, str, str]] = []
        for repo in account["repos"]:
            full = f"{login}/{repo['name']}"
            events.append((str(repo["created_at"]), "CreateEvent", f"created a repository {full}", f"{SITE}/{full}"))
            events.append((self._pushed(repo), "PushEvent", f"pushed to main in {full}", f"{SITE}/{full}/commits/main"))
            for release in self._releases(repo):
                events.append(
                    (
                        str(release["published_at"]),
                        "ReleaseEvent",
                        f"released {release['name'] or release['tag']} at {full}",
                        f"{SITE}/{full}/releases/tag/{release['tag']}",
                    )
                )
        events.sort(reverse=True)
        entries = [
            _entry(
                f"tag:github.com,2008:{kind}/{int(fingerprint(at + what, 9), 16)}",
                link,
                f"{login} {what}",
                at,
                f'<a href="{link}">{escape(what)}</a>',
                login,
            )
            for at, kind, what, link in events[:30]
        ]
        return _atom(f"{SITE}/{login}", f"{login}’s Activity", events[0][0], entries)


def _entry(guid: str, link: str, title: str, at: str, content: str, author: str) -> str:
    body = f'<content type="html">{escape(content)}</content>' if content else "<content/>"
    return (
        f"<entry><id>{escape(guid)}</id><published>{at}</published><updated>{at}</updated>"
        f'<link rel="alternate" type="text/html" href="{escape(link)}"/><title type="html">{escape(title)}</title>'
        f"{body}<author><name>{escape(author)}</name></author></entry>"
    )


def _atom(page: str, title: str, updated: str, entries: list[str]) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en-US">\n'
        f'<id>tag:github.com,2008:{page}</id><link type="text/html" rel="alternate" href="{page}"/>'
        f'<link type="application/atom+xml" rel="self" href="{page}.atom"/>'
        f"<title>{escape(title)}</title><updated>{updated}</updated>\n" + "\n".join(entries) + "\n</feed>\n"
    )
