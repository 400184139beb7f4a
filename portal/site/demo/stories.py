"""All stories of the demo."""

from portal.site.demo.stories_care import CARE_STORIES
from portal.site.demo.stories_goods import GOODS_STORIES
from portal.site.demo.stories_handling import HANDLING_STORIES
from portal.site.demo.stories_home import HOME_STORIES
from portal.site.demo.stories_interfaces import INTERFACE_STORIES
from portal.site.demo.stories_neighbours import NEIGHBOUR_STORIES
from portal.site.demo.stories_public import PUBLIC_STORIES
from portal.site.demo.stories_statistics import EVERYDAY_STORIES

STORIES = (
    *HOME_STORIES,
    *CARE_STORIES,
    *PUBLIC_STORIES,
    *HANDLING_STORIES,
    *INTERFACE_STORIES,
    *NEIGHBOUR_STORIES,
    *EVERYDAY_STORIES,
    *GOODS_STORIES,
)
