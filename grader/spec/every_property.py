"""All that makes properties, in one import: a kit recreates those of a part by their names."""

from grader.spec import (
    attention_properties as attention_properties,
)
from grader.spec import (
    dropout_properties as dropout_properties,
)
from grader.spec import (
    network_properties as network_properties,
)
from grader.spec import (
    pooling_properties as pooling_properties,
)
from grader.spec import (
    properties as properties,
)
from grader.spec import (
    slope_properties as slope_properties,
)
