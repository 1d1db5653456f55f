"""Puts what a package's template says into the frame of our own pages."""

from __future__ import annotations

from typing import cast

from django import template
from django.template.context import RequestContext
from django.utils.safestring import SafeString, mark_safe

from needlework.web.accounts.notices import notice
from needlework.web.rendering import common, template_of
from needlework.web.request import Request

register = template.Library()


@register.simple_block_tag
def frame_title(content: str) -> str:
    """The page's title, set beforehand: `{% frame_title as title %}`."""
    return content.strip()


@register.simple_block_tag(takes_context=True)
def frame(context: RequestContext, content: str, title: str = "") -> SafeString:
    page = template_of("shared/frame.html")
    request = cast("Request", context["request"])
    # Content comes out of an auto-escaping template, so it is escaped already.
    return mark_safe(  # noqa: S308
        page.render(
            **common(request),
            page_title=title,
            page_notice=notice(request),
            page_content=mark_safe(content),  # noqa: S308
        )
    )
