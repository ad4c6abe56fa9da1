extension Filters {
  /// The parameters of filters in their order; those that are not here take what they are given.
  static let parameters: [String: [String]] = [
    "upper": [], "lower": [], "capitalize": [], "title": [], "trim": ["chars"], "string": [],
    "safe": [], "escape": [], "e": [], "forceescape": [], "replace": ["old", "new", "count"],
    "indent": ["width", "first", "blank"], "center": ["width"], "wordcount": [],
    "tojson": ["ensure_ascii", "indent", "separators", "sort_keys"], "int": ["default", "base"],
    "float": ["default"], "abs": [], "round": ["precision", "method"], "length": [], "count": [],
    "list": [], "first": [], "last": [], "join": ["d", "attribute"], "reverse": [],
    "sort": ["reverse", "case_sensitive", "attribute"],
    "dictsort": ["case_sensitive", "by", "reverse"], "unique": ["case_sensitive", "attribute"],
    "min": ["case_sensitive", "attribute"], "max": ["case_sensitive", "attribute"],
    "sum": ["attribute", "start"], "items": [], "batch": ["linecount", "fill_with"],
    "groupby": ["attribute", "default", "case_sensitive"], "attr": ["name"],
    "default": ["default_value", "boolean"], "d": ["default_value", "boolean"],
  ]
}
