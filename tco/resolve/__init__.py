"""Plan and catalog become the records of `costing`: the only place that looks anything up."""
