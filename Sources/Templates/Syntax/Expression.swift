/// An expression and where it stands.
final class Expression: Sendable {
  enum Kind: Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case string(Text)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case mapping([(Expression, Expression)])
    case attribute(Expression, String)
    case element(Expression, Expression)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
    case call(Expression, CallSyntax)
    /// A filter of what it is given; of the block around it without.
    case filter(Expression?, String, CallSyntax)
    case test(Expression, String, CallSyntax, isNegated: Bool)
    case negation(Expression)
    case plus(Expression)
    case not(Expression)
    case operation(String, Expression, Expression)
    case comparison(Expression, [(symbol: String, operand: Expression)])
    case and(Expression, Expression)
    case or(Expression, Expression)
    case concatenation([Expression])
    case conditional(Expression, test: Expression, otherwise: Expression?)
  }

  let kind: Kind
  let position: TemplatePosition

  init(_ kind: Kind, _ position: TemplatePosition) {
    self.kind = kind
    self.position = position
  }
}

/// What stands between the brackets of a call.
struct CallSyntax: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
}

/// What a value is given to: a name, several, or a namespace's attribute.
indirect enum Target: Sendable {
  case name(String)
  case attribute(String, String)
  case tuple([Target])
}

/// A statement and where it stands.
struct Statement: Sendable {
  indirect enum Kind: Sendable {
    case text(Text)
    case output(Expression)
    case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
    case loop(ForSyntax)
    case set(Target, Expression)
    case setBlock(Target, Expression?, [Statement])
    case macro(MacroSyntax)
    case callBlock(Expression, MacroSyntax)
    case filterBlock(Expression, [Statement])
    case with([(Target, Expression)], [Statement])
    case group([Statement])
    case breakLoop
    case continueLoop
  }

  var kind: Kind
  var position: TemplatePosition
}

struct ForSyntax: Sendable {
  var target: Target
  var sequence: Expression
  var filter: Expression?
  var body: [Statement]
  var otherwise: [Statement]
}

struct MacroSyntax: Sendable {
  var name: String
  var parameters: [(name: String, standard: Expression?)]
  var body: [Statement]
  /// The names in the body: a macro that says `varargs`, `kwargs` or `caller` can be given these.
  var names: Set<String>
}
