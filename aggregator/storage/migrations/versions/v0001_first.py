"""The first schema: sources and polls, items, releases, digests, the house (see aggregator/storage/tables.py).

A released migration is never edited; what changes later is a migration of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from aggregator.storage.columns import BigId, Json, Moment
from aggregator.storage.dialect import SEARCH_SCHEMA
from aggregator.storage.views import VIEWS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('budget',
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('state', Json(), nullable=False),
    sa.Column('updated_at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('host')
    )
    op.create_table('correction',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('subject_id', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('value', Json(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('undone_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('correction_by_subject', 'correction', ['subject', 'subject_id'], unique=False)
    op.create_table('generation',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('lab', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('family', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_table('item',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('guid', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('url_key', sa.Text(), nullable=True),
    sa.Column('text_key', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('published', Moment(), nullable=True),
    sa.Column('dated', sa.Text(), nullable=False),
    sa.Column('first_seen', Moment(), nullable=False),
    sa.Column('appeared', Moment(), nullable=False),
    sa.Column('edited_at', Moment(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('own_kind', sa.Text(), nullable=False),
    sa.Column('topics', Json(), nullable=False),
    sa.Column('labs', Json(), nullable=False),
    sa.Column('lines', Json(), nullable=False),
    sa.Column('mentions', Json(), nullable=False),
    sa.Column('reasons', Json(), nullable=False),
    sa.Column('baseline', sa.Boolean(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('held', sa.Boolean(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('truncated', sa.Boolean(), nullable=False),
    sa.Column('copy_of', sa.Text(), nullable=True),
    sa.Column('story_id', sa.Text(), nullable=True),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('label_hash', sa.Text(), nullable=False),
    sa.Column('extra', Json(), nullable=False),
    sa.PrimaryKeyConstraint('seq'),
    sa.UniqueConstraint('id'),
    sa.UniqueConstraint('source', 'key', name='item_source_key'),
    sqlite_autoincrement=True
    )
    op.create_index('item_by_appeared', 'item', ['appeared', 'seq'], unique=False)
    op.create_index('item_by_copy', 'item', ['copy_of', 'appeared', 'seq'], unique=False)
    op.create_index('item_by_kind', 'item', ['kind', 'appeared', 'seq'], unique=False)
    op.create_index('item_by_published', 'item', ['source', 'published'], unique=False)
    op.create_index('item_by_source', 'item', ['source', 'appeared', 'seq'], unique=False)
    op.create_index(op.f('ix_item_copy_of'), 'item', ['copy_of'], unique=False)
    op.create_index(op.f('ix_item_story_id'), 'item', ['story_id'], unique=False)
    op.create_index(op.f('ix_item_text_key'), 'item', ['text_key'], unique=False)
    op.create_index(op.f('ix_item_url_key'), 'item', ['url_key'], unique=False)
    op.create_table('lab',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('lease',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('token', sa.BigInteger(), nullable=False),
    sa.Column('until', Moment(), nullable=True),
    sa.Column('beat_at', Moment(), nullable=True),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('line',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('lab', sa.Text(), nullable=False),
    sa.Column('family', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=False),
    sa.Column('generation', sa.Text(), nullable=False),
    sa.Column('generation_name', sa.Text(), nullable=False),
    sa.Column('region', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('openness', sa.Text(), nullable=True),
    sa.Column('licence', sa.Text(), nullable=True),
    sa.Column('osi', sa.Boolean(), nullable=True),
    sa.Column('first_seen', Moment(), nullable=True),
    sa.Column('appeared', Moment(), nullable=True),
    sa.Column('new_at', Moment(), nullable=True),
    sa.Column('modalities', Json(), nullable=False),
    sa.Column('details', Json(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('stories', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', Moment(), nullable=True),
    sa.Column('deprecated_at', Moment(), nullable=True),
    sa.Column('renamed_to', sa.Text(), nullable=True),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index(op.f('ix_line_appeared'), 'line', ['appeared'], unique=False)
    op.create_index(op.f('ix_line_generation'), 'line', ['generation'], unique=False)
    op.create_index(op.f('ix_line_new_at'), 'line', ['new_at'], unique=False)
    op.create_index('line_by_lab', 'line', ['lab', 'appeared'], unique=False)
    op.create_table('poll_log',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('updated', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('requests', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('stage', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('retry_at', Moment(), nullable=True),
    sa.Column('notes', Json(), nullable=False),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_poll_log_at'), 'poll_log', ['at'], unique=False)
    op.create_index('poll_log_by_source', 'poll_log', ['source', 'at'], unique=False)
    op.create_table('quarantine',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('guid', sa.Text(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_quarantine_source'), 'quarantine', ['source'], unique=False)
    op.create_table('setting',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_table('source',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('cursor', Json(), nullable=False),
    sa.Column('next_poll_at', Moment(), nullable=True),
    sa.Column('last_poll_at', Moment(), nullable=True),
    sa.Column('last_ok_at', Moment(), nullable=True),
    sa.Column('last_new_at', Moment(), nullable=True),
    sa.Column('baseline_at', Moment(), nullable=True),
    sa.Column('fail_count', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('error_code', sa.Text(), nullable=True),
    sa.Column('error_stage', sa.Text(), nullable=True),
    sa.Column('retry_at', Moment(), nullable=True),
    sa.Column('notes', Json(), nullable=False),
    sa.Column('lease_owner', sa.Text(), nullable=True),
    sa.Column('lease_token', sa.BigInteger(), nullable=False),
    sa.Column('lease_until', Moment(), nullable=True),
    sa.Column('key_mode', sa.Text(), nullable=False),
    sa.Column('held_since', Moment(), nullable=True),
    sa.Column('moved', Json(), nullable=False),
    sa.Column('facts', Json(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_source_next_poll_at'), 'source', ['next_poll_at'], unique=False)
    op.create_table('story',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('root', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('first_seen', Moment(), nullable=False),
    sa.Column('last_seen', Moment(), nullable=False),
    sa.Column('appeared', Moment(), nullable=False),
    sa.Column('sources', sa.Integer(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('labs', Json(), nullable=False),
    sa.Column('lines', Json(), nullable=False),
    sa.Column('languages', Json(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_story_last_seen'), 'story', ['last_seen'], unique=False)
    op.create_index('story_by_cover', 'story', ['sources', 'items'], unique=False)
    op.create_table('subscriber',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('since', Moment(), nullable=False),
    sa.Column('item_mark', sa.BigInteger(), nullable=False),
    sa.Column('change_mark', sa.BigInteger(), nullable=False),
    sa.Column('settings', Json(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('tombstone',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_with_rowid=False
    )
    op.create_table('artifact',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('hub', sa.Text(), nullable=False),
    sa.Column('lasting_id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('former_names', Json(), nullable=False),
    sa.Column('item', BigId, nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('line', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=True),
    sa.Column('size', sa.Text(), nullable=True),
    sa.Column('precision', sa.Text(), nullable=True),
    sa.Column('stage', sa.Text(), nullable=True),
    sa.Column('snapshot', sa.Text(), nullable=True),
    sa.Column('base', sa.Text(), nullable=True),
    sa.Column('first_party', sa.Boolean(), nullable=False),
    sa.Column('weights', sa.Boolean(), nullable=False),
    sa.Column('gated', sa.Boolean(), nullable=False),
    sa.Column('licence', sa.Text(), nullable=True),
    sa.Column('licence_name', sa.Text(), nullable=True),
    sa.Column('licence_link', sa.Text(), nullable=True),
    sa.Column('bytes', sa.BigInteger(), nullable=True),
    sa.Column('parameters', sa.BigInteger(), nullable=True),
    sa.Column('context', sa.BigInteger(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('created', Moment(), nullable=True),
    sa.Column('modified', Moment(), nullable=True),
    sa.Column('first_seen', Moment(), nullable=False),
    sa.Column('missing_since', Moment(), nullable=True),
    sa.Column('likes', sa.BigInteger(), nullable=True),
    sa.Column('downloads', sa.BigInteger(), nullable=True),
    sa.Column('extra', Json(), nullable=False),
    sa.ForeignKeyConstraint(['item'], ['item.seq'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['line'], ['line.key'], ),
    sa.PrimaryKeyConstraint('seq'),
    sa.UniqueConstraint('hub', 'lasting_id', name='artifact_hub_lasting_id'),
    sqlite_autoincrement=True
    )
    op.create_index('artifact_by_line', 'artifact', ['line'], unique=False)
    op.create_index('artifact_by_name', 'artifact', ['hub', 'name'], unique=False)
    op.create_index(op.f('ix_artifact_item'), 'artifact', ['item'], unique=False)
    op.create_table('claim',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('item', BigId, nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('voice', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('via', sa.Text(), nullable=True),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['item'], ['item.seq'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['line'], ['line.key'], ),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('claim_by_line', 'claim', ['line', 'seq'], unique=False)
    op.create_index(op.f('ix_claim_item'), 'claim', ['item'], unique=False)
    op.create_table('digest',
    sa.Column('id', BigId, nullable=False),
    sa.Column('subscriber', sa.Text(), nullable=False),
    sa.Column('slot_date', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('slot_at', Moment(), nullable=False),
    sa.Column('planned_at', Moment(), nullable=False),
    sa.Column('since', Moment(), nullable=False),
    sa.Column('until', Moment(), nullable=False),
    sa.Column('item_low', sa.BigInteger(), nullable=False),
    sa.Column('item_high', sa.BigInteger(), nullable=False),
    sa.Column('change_low', sa.BigInteger(), nullable=False),
    sa.Column('change_high', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=True),
    sa.Column('summary', Json(), nullable=False),
    sa.ForeignKeyConstraint(['subscriber'], ['subscriber.name'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('subscriber', 'slot_date', 'purpose', name='digest_slot'),
    sqlite_autoincrement=True
    )
    op.create_table('dispute',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('item', BigId, nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('by', Json(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.ForeignKeyConstraint(['item'], ['item.seq'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['line'], ['line.key'], ),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('dispute_by_line', 'dispute', ['line', 'seq'], unique=False)
    op.create_index(op.f('ix_dispute_item'), 'dispute', ['item'], unique=False)
    op.create_table('evidence',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('item', BigId, nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('trust', sa.Integer(), nullable=False),
    sa.Column('facts', Json(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['item'], ['item.seq'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['line'], ['line.key'], ),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('evidence_by_line', 'evidence', ['line', 'seq'], unique=False)
    op.create_index(op.f('ix_evidence_item'), 'evidence', ['item'], unique=False)
    op.create_table('item_alias',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('seq', BigId, nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['item.seq'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_item_alias_seq'), 'item_alias', ['seq'], unique=False)
    op.create_table('item_band',
    sa.Column('band', sa.BigInteger(), nullable=False),
    sa.Column('seq', BigId, nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['item.seq'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('band', 'seq'),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_item_band_seq'), 'item_band', ['seq'], unique=False)
    op.create_table('item_content',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['item.seq'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('seq')
    )
    op.create_table('item_lab',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('lab', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['item.seq'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('seq', 'lab'),
    sqlite_with_rowid=False
    )
    op.create_index('item_lab_by_lab', 'item_lab', ['lab', 'seq'], unique=False)
    op.create_table('item_line',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['item.seq'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('seq', 'line', 'role'),
    sqlite_with_rowid=False
    )
    op.create_index('item_line_by_line', 'item_line', ['line', 'role', 'seq'], unique=False)
    op.create_table('item_topic',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['item.seq'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('seq', 'topic'),
    sqlite_with_rowid=False
    )
    op.create_index('item_topic_by_topic', 'item_topic', ['topic', 'seq'], unique=False)
    op.create_table('line_change',
    sa.Column('seq', BigId, nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('before', sa.Text(), nullable=True),
    sa.Column('after', sa.Text(), nullable=True),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('item', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['line'], ['line.key'], ),
    sa.PrimaryKeyConstraint('seq'),
    sqlite_autoincrement=True
    )
    op.create_index('line_change_by_line', 'line_change', ['line', 'seq'], unique=False)
    op.create_table('story_bucket',
    sa.Column('bucket', sa.Text(), nullable=False),
    sa.Column('seq', BigId, nullable=False),
    sa.ForeignKeyConstraint(['seq'], ['item.seq'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('bucket', 'seq'),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_story_bucket_seq'), 'story_bucket', ['seq'], unique=False)
    op.create_table('validator',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('url_hash', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('etag', sa.Text(), nullable=True),
    sa.Column('last_modified', sa.Text(), nullable=True),
    sa.Column('body_hash', sa.Text(), nullable=True),
    sa.Column('pages', Json(), nullable=False),
    sa.Column('fetched_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['source'], ['source.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('source', 'url_hash'),
    sqlite_with_rowid=False
    )
    op.create_table('digest_body',
    sa.Column('digest', BigId, nullable=False),
    sa.Column('form', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['digest'], ['digest.id'], ),
    sa.PrimaryKeyConstraint('digest', 'form'),
    sqlite_with_rowid=False
    )
    op.create_table('digest_entry',
    sa.Column('subscriber', sa.Text(), nullable=False),
    sa.Column('line', sa.Text(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('digest', BigId, nullable=False),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['digest'], ['digest.id'], ),
    sa.PrimaryKeyConstraint('subscriber', 'line', 'what'),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_digest_entry_digest'), 'digest_entry', ['digest'], unique=False)
    op.create_table('digest_item',
    sa.Column('subscriber', sa.Text(), nullable=False),
    sa.Column('item', BigId, nullable=False),
    sa.Column('digest', BigId, nullable=False),
    sa.Column('story', sa.Text(), nullable=True),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['digest'], ['digest.id'], ),
    sa.ForeignKeyConstraint(['item'], ['item.seq'], ),
    sa.PrimaryKeyConstraint('subscriber', 'item'),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_digest_item_digest'), 'digest_item', ['digest'], unique=False)
    op.create_index(op.f('ix_digest_item_item'), 'digest_item', ['item'], unique=False)
    op.create_table('outbox',
    sa.Column('id', BigId, nullable=False),
    sa.Column('digest', BigId, nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('body_type', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('next_try_at', Moment(), nullable=True),
    sa.Column('lease_owner', sa.Text(), nullable=True),
    sa.Column('lease_token', sa.BigInteger(), nullable=False),
    sa.Column('lease_until', Moment(), nullable=True),
    sa.Column('sent_at', Moment(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('error_code', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['digest'], ['digest.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('digest', 'channel', 'recipient', 'part', name='outbox_recipient'),
    sa.UniqueConstraint('message_id'),
    sqlite_autoincrement=True
    )
    op.create_index('outbox_due', 'outbox', ['state', 'next_try_at'], unique=False)
    op.execute(SEARCH_SCHEMA)
    for view in VIEWS:
        op.execute(view)


def downgrade() -> None:
    raise NotImplementedError("the first schema has nothing before it")
