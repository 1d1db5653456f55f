"""What stands against treatment: a consultation goes in, an assessment comes out."""

from needlework.screening.case import Case
from needlework.screening.consultation import Consultation
from needlework.screening.engine import assess, assess_case
from needlework.screening.model import Assessment, Finding, Limit

__all__ = ["Assessment", "Case", "Consultation", "Finding", "Limit", "assess", "assess_case"]
