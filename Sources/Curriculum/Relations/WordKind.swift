/// The kinds of English words that stand as values of facts.
public enum WordKind: String, Sendable, CaseIterable {
  case profession, dish, instrument, animal, colour, language, hobby
  case product, month, material, purpose

  /// The words of the kind: single words, none of which belongs to two kinds.
  ///
  /// They are lowercase but for languages and months. Where "a" or "an" can precede a word, its
  /// first letter decides which.
  public var words: [String] {
    switch self {
    case .profession: Self.professions
    case .dish: Self.dishes
    case .instrument: Self.instruments
    case .animal: Self.animals
    case .colour: Self.colours
    case .language: Self.languages
    case .hobby: Self.hobbies
    case .product: Self.products
    case .month: Self.months
    case .material: Self.materials
    case .purpose: Self.purposes
    }
  }

  private static let professions: [String] = [
    "accountant", "actor", "architect", "astronomer", "baker", "banker", "barber", "beekeeper",
    "blacksmith", "butcher", "carpenter", "chemist", "cook", "dentist", "doctor", "electrician",
    "engineer", "farmer", "firefighter", "gardener", "geologist", "jeweller", "journalist",
    "judge", "lawyer", "librarian", "locksmith", "mechanic", "miner", "nurse", "optician",
    "pharmacist", "pilot", "plumber", "potter", "sailor", "shepherd", "surgeon", "tailor",
    "translator", "waiter", "weaver", "welder",
  ]

  // Singular and mass nouns only, so that the verb after a dish or a product is always "is".
  private static let dishes: [String] = [
    "biryani", "borscht", "bouillabaisse", "carbonara", "ceviche", "chili", "chowder", "couscous",
    "curry", "falafel", "fondue", "gazpacho", "goulash", "hummus", "lasagna", "macaroni",
    "meatloaf", "moussaka", "paella", "pizza", "polenta", "porridge", "pudding", "quiche", "ramen",
    "ratatouille", "ravioli", "risotto", "salad", "sauerkraut", "schnitzel", "soup", "spaghetti",
    "stew", "sushi", "tempura", "tiramisu", "trifle",
  ]

  private static let instruments: [String] = [
    "accordion", "banjo", "bassoon", "bugle", "cello", "clarinet", "cornet", "drum", "dulcimer",
    "fiddle", "flute", "glockenspiel", "gong", "guitar", "harmonica", "harp", "harpsichord",
    "lute", "lyre", "mandolin", "marimba", "oboe", "organ", "piano", "piccolo", "recorder",
    "saxophone", "sitar", "tambourine", "triangle", "trombone", "trumpet", "tuba", "viola",
    "violin", "xylophone", "zither",
  ]

  private static let animals: [String] = [
    "alpaca", "badger", "beetle", "canary", "cat", "crab", "dog", "donkey", "duck", "falcon",
    "ferret", "fox", "frog", "gecko", "goat", "goldfish", "goose", "hamster", "hedgehog", "hen",
    "iguana", "lamb", "lizard", "llama", "magpie", "mouse", "newt", "otter", "owl", "parrot",
    "pigeon", "piglet", "pony", "rabbit", "raven", "snake", "spider", "squirrel", "toad",
    "tortoise", "turtle",
  ]

  private static let colours: [String] = [
    "amber", "aquamarine", "azure", "beige", "black", "blue", "brown", "burgundy", "charcoal",
    "coral", "cream", "crimson", "cyan", "emerald", "green", "grey", "indigo", "khaki", "magenta",
    "maroon", "mauve", "navy", "ochre", "olive", "orange", "pink", "purple", "red", "scarlet",
    "sepia", "tan", "teal", "turquoise", "vermilion", "white", "yellow",
  ]

  private static let languages: [String] = [
    "Albanian", "Arabic", "Basque", "Bengali", "Bulgarian", "Catalan", "Croatian", "Czech",
    "Danish", "Dutch", "Esperanto", "Estonian", "Finnish", "French", "German", "Greek", "Hebrew",
    "Hindi", "Hungarian", "Icelandic", "Irish", "Italian", "Japanese", "Korean", "Latin",
    "Latvian", "Lithuanian", "Mandarin", "Mongolian", "Nepali", "Norwegian", "Persian", "Polish",
    "Portuguese", "Romanian", "Russian", "Serbian", "Spanish", "Swahili", "Swedish", "Tamil",
    "Thai", "Turkish", "Urdu", "Vietnamese", "Welsh", "Zulu",
  ]

  private static let hobbies: [String] = [
    "archery", "badminton", "baking", "birdwatching", "bowling", "boxing", "calligraphy",
    "camping", "chess", "climbing", "cycling", "dancing", "drawing", "embroidery", "fencing",
    "fishing", "gardening", "golf", "gymnastics", "hiking", "judo", "juggling", "karate",
    "kayaking", "knitting", "origami", "painting", "photography", "quilting", "rowing", "running",
    "sailing", "skating", "skiing", "stargazing", "surfing", "swimming", "tennis", "whittling",
    "wrestling", "yoga",
  ]

  private static let products: [String] = [
    "bacon", "barley", "beer", "bread", "butter", "caviar", "cheese", "chocolate", "cider",
    "cloth", "coal", "coffee", "cotton", "cutlery", "flour", "furniture", "garlic", "gingerbread",
    "ham", "honey", "ink", "jam", "lace", "liquorice", "marmalade", "marzipan", "nougat", "paper",
    "peat", "pepper", "perfume", "pottery", "rice", "rope", "saffron", "salt", "silk", "soap",
    "sugar", "tea", "vanilla", "vinegar", "whisky", "wine", "wool", "yarn",
  ]

  private static let months: [String] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  private static let materials: [String] = [
    "aluminium", "bamboo", "basalt", "birch", "bone", "brass", "bronze", "canvas", "cedar", "clay",
    "copper", "crystal", "ebony", "felt", "glass", "gold", "granite", "iron", "ivory", "jade",
    "leather", "limestone", "linen", "mahogany", "maple", "marble", "oak", "obsidian", "pine",
    "platinum", "porcelain", "quartz", "sandstone", "silver", "slate", "steel", "tin", "titanium",
    "velvet", "walnut", "wax", "willow", "zinc",
  ]

  private static let purposes: [String] = [
    "brewing", "carrying", "chopping", "cleaning", "cooking", "cooling", "counting", "cutting",
    "digging", "drilling", "drying", "folding", "grinding", "hammering", "heating", "lifting",
    "lighting", "measuring", "mixing", "navigating", "peeling", "ploughing", "polishing",
    "pouring", "pressing", "sanding", "sealing", "sharpening", "sifting", "signalling", "sorting",
    "spinning", "stamping", "stirring", "storing", "trimming", "watering", "weaving", "weighing",
    "writing",
  ]
}
