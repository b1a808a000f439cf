"""A poll: every source asked once, read, prepared and stored, each whole and on its own.

    leased source → asks → fetch (conditional, capped) → read (bytes → entries) → prepare (clean, key, label) → commit

`polling` goes the way from the lease to the commit, `work` is one source's poll until then, `writer` commits, `failing`
says that nothing could be stored, `means` is what all of them work with. Nothing is decided here about identity, copies or
releases: the store does that in the poll's transaction, with pure rules. A source that fails is told with its error and
costs only itself; pages that did arrive are stored, but then neither cursor nor validators move, so that the next poll reads
the same again. No module of this package opens a connection or reads a clock of its own: time comes in as `now`.
"""

from aggregator.poll.failing import bare_failure
from aggregator.poll.means import Means, Progress
from aggregator.poll.polling import Polling, poll_sources

__all__ = ["Means", "Polling", "Progress", "bare_failure", "poll_sources"]
