"""English pages keep the Swedish forms: one date is written one way in the whole house."""

from samverkan.formats.sv.formats import *  # noqa: F403
