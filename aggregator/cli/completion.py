"""`aggregator completion`: the shell's completion script, as click makes it."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from aggregator.errors import UsageError


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script for SHELL.

    bash: eval "$(aggregator completion bash)" in ~/.bashrc; zsh: the same with zsh in ~/.zshrc, after compinit;
    fish: aggregator completion fish > ~/.config/fish/completions/aggregator.fish
    """
    made = get_completion_class(shell)
    if made is None:
        raise UsageError(f"completion: no script for {shell}")
    click.echo(made(ctx.find_root().command, {}, "aggregator", "_AGGREGATOR_COMPLETE").source())
    return 0
