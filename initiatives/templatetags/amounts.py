"""Numbers in templates, as initiatives/amounts.py writes them."""

from django import template

from initiatives import amounts

register = template.Library()
register.filter("written", amounts.written)
register.filter("kronor", amounts.kronor)
register.filter("per_cent", amounts.per_cent)
register.filter("hours", amounts.hours)
