"""After a session: what to expect and when what may begin, products, symptoms, the sun."""

from needlework.aftercare.inci import IngredientList, Listed, read_list
from needlework.aftercare.model import (
    Advice,
    Answer,
    Course,
    First,
    Likely,
    Moment,
    Observation,
    Part,
    Place,
    Reason,
    Review,
    Season,
    SunHours,
    Timeline,
    Urgency,
    UvDay,
    UvHour,
)
from needlework.aftercare.products import (
    LIMITS,
    Ingredient,
    Product,
    ProductVerdict,
    check_product,
)
from needlework.aftercare.sun import clear_sky_index, ozone_column, solar_elevation, uv_day
from needlework.aftercare.symptoms import check_symptoms, choice_names, choices
from needlework.aftercare.timeline import moment_on, timeline
from needlework.evidence import CitedDate, CitedText

__all__ = [
    "LIMITS",
    "Advice",
    "Answer",
    "CitedDate",
    "CitedText",
    "Course",
    "First",
    "Ingredient",
    "IngredientList",
    "Likely",
    "Listed",
    "Moment",
    "Observation",
    "Part",
    "Place",
    "Product",
    "ProductVerdict",
    "Reason",
    "Review",
    "Season",
    "SunHours",
    "Timeline",
    "Urgency",
    "UvDay",
    "UvHour",
    "check_product",
    "check_symptoms",
    "choice_names",
    "choices",
    "clear_sky_index",
    "moment_on",
    "ozone_column",
    "read_list",
    "solar_elevation",
    "timeline",
    "uv_day",
]
