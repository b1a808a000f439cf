"""`aggregator labs`: what is followed."""

from __future__ import annotations

import click

from aggregator.cli import common, output


@click.command("labs")
@output.json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """The labs of sources.toml: followed ones (region "cn") first, then the reference line."""
    with common.application(ctx) as app:
        labs = sorted(app.configuration.labs.values(), key=lambda lab: (lab.region != "cn", lab.id))
    if as_json:
        forms = [
            {
                "id": lab.id,
                "name": lab.name,
                "region": lab.region,
                "followed": lab.region == "cn",
                "aliases": list(lab.aliases),
                "families": [family.name for family in lab.families],
                "github": list(lab.github),
                "huggingface": list(lab.huggingface),
                "modelscope": list(lab.modelscope),
            }
            for lab in labs
        ]
        output.print_json({"labs": forms, "total": len(forms)})
        return 0
    rows = [
        (lab.id, lab.name, lab.region, ", ".join(f.name for f in lab.families), ", ".join(lab.huggingface))
        for lab in labs
    ]
    output.print_table(("id", "name", "region", "families", "Hugging Face"), rows, elastic=(3, 4))
    return 0
