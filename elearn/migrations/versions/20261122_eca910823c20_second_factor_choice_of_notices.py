"""second factor, choice of notices."""

from alembic import op
import sqlalchemy as sa
import elearn.db

revision = 'eca910823c20'
down_revision = 'd8f308c97c77'

BEFORE = "status IN ('waiting', 'sent', 'kept', 'given_up', 'none')"
AFTER = "status IN ('waiting', 'digest', 'sent', 'kept', 'given_up', 'none')"


def upgrade() -> None:
    """Bring it in."""
    op.create_table('notice_choice',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.CheckConstraint("mode IN ('at_once', 'digest', 'app')", name=op.f('ck_notice_choice_mode')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_choice_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_notice_choice'))
    )
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', elearn.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_code_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('person_id', 'code_hash', name=op.f('uq_recovery_code_person_id_code_hash'))
    )
    op.create_table('second_factor',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('begun_at', elearn.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', elearn.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_second_factor_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_second_factor'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_message_status'), type_='check')
        batch_op.create_check_constraint(op.f('ck_message_status'), AFTER)


def downgrade() -> None:
    """Take it back; what waited for a digest is sent at once."""
    op.execute("UPDATE message SET status = 'waiting' WHERE status = 'digest'")
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_message_status'), type_='check')
        batch_op.create_check_constraint(op.f('ck_message_status'), BEFORE)
    op.drop_table('second_factor')
    op.drop_table('recovery_code')
    op.drop_table('notice_choice')
