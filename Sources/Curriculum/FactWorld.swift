import Tensors

/// A small made-up world: who and what there is in it, and what is true of them.
///
/// Every world has names of its own, so what is asked about it can only be found in its text.
public struct FactWorld: Sendable {
  /// One thing that is true: a relation, its subject and its value, by name.
  public struct Fact: Sendable, Hashable {
    /// The relation's index in ``Relation/all``.
    public var relationIndex: Int
    public var subject: String
    public var value: String

    public init(relationIndex: Int, subject: String, value: String) {
      self.relationIndex = relationIndex
      self.subject = subject
      self.value = value
    }

    public var relation: Relation { Relation.all[relationIndex] }
  }

  /// Someone or something with a name.
  struct Entity: Sendable, Hashable {
    var name: String
    var kind: EntityKind
  }

  public private(set) var facts: [Fact] = []
  let wording: Wording
  private let breadth: Breadth
  /// Of whom or what the facts speak, values that are entities among them.
  private(set) var entities: [Entity] = []
  private var names = NameMaker()

  /// A world of `count` facts.
  ///
  /// A few subjects share a few relations, so that neither the name nor the relation alone tells the
  /// value; half of the values that are entities are subjects themselves, so that facts chain.
  public init(
    factCount count: Int, breadth: Breadth = .full, using random: inout RandomSource
  ) {
    self.breadth = breadth
    wording = Wording(choices: breadth.wordings)
    var subjects: [Entity] = []
    // Where one relation is all that is said of anybody, nothing but the name tells the facts apart.
    let isNarrow = random.uniform() < 0.35
    let subjectCount = max(
      isNarrow
        ? random.integer(in: count / 2..<count + 1) : random.integer(in: count / 4..<count / 2 + 2),
      1)
    for _ in 0..<subjectCount {
      let kind: EntityKind =
        isNarrow && !subjects.isEmpty && random.uniform() < 0.8
        ? subjects[0].kind
        : [.person, .person, .person, .place, .thing].randomElement(using: &random)!
      subjects.append(Entity(name: names.name(of: kind, using: &random), kind: kind))
    }
    var pools: [EntityKind: [Int]] = [:]
    for kind in EntityKind.allCases {
      let all = breadth.relations(of: kind)
      // A pool that is too small for the facts asked of it is widened below.
      let size = isNarrow ? random.integer(in: 1..<3) : random.integer(in: 2..<7)
      pools[kind] = Array(all.shuffled(using: &random).prefix(size))
    }
    entities = subjects
    var taken: Set<[Int]> = []
    var attempts = 0
    while facts.count < count {
      attempts += 1
      if attempts.isMultiple(of: 100 * count) {
        // All that can be said of them is said: somebody else comes in.
        let kind = subjects[0].kind
        subjects.append(Entity(name: names.name(of: kind, using: &random), kind: kind))
        entities.append(subjects[subjects.count - 1])
      }
      let index = random.integer(in: 0..<subjects.count)
      let subject = subjects[index]
      if attempts > 20 * count {
        pools[subject.kind] = breadth.relations(of: subject.kind)
      }
      let relation = pools[subject.kind]!.randomElement(using: &random)!
      guard taken.insert([index, relation]).inserted else { continue }
      let value = value(of: Relation.all[relation], for: subject, using: &random)
      facts.append(Fact(relationIndex: relation, subject: subject.name, value: value))
    }
  }

  /// A value that `relation` may have for `subject`; a new entity is remembered.
  mutating func value(
    of relation: Relation, for subject: Entity, using random: inout RandomSource
  ) -> String {
    switch relation.value {
    case .word(let kind): return kind.words.randomElement(using: &random)!
    case .river: return names.place(using: &random)
    case .year: return String(random.integer(in: 1200..<2000))
    case .entity(let kind):
      let known = entities.filter { $0.kind == kind && $0 != subject }
      if random.uniform() < 0.5, let known = known.randomElement(using: &random) {
        return known.name
      }
      let entity = Entity(name: names.name(of: kind, using: &random), kind: kind)
      entities.append(entity)
      return entity.name
    }
  }

  /// The value of `relation` for `subject`, where the world says.
  public func value(ofRelation relation: Int, subject: String) -> String? {
    facts.first { $0.relationIndex == relation && $0.subject == subject }?.value
  }

  /// Replaces what is true; returns the fact as it is now.
  mutating func update(_ index: Int, using random: inout RandomSource) -> Fact {
    let old = facts[index]
    let subject = entities.first { $0.name == old.subject }!
    repeat {
      facts[index].value = value(of: old.relation, for: subject, using: &random)
    } while facts[index].value == old.value
    return facts[index]
  }

  /// A name of which the world says nothing.
  mutating func stranger(_ kind: EntityKind, using random: inout RandomSource) -> String {
    names.name(of: kind, using: &random)
  }

  /// A relation of any kind of subject, whether the world has a fact of it or not.
  func anyRelation(using random: inout RandomSource) -> Int {
    EntityKind.allCases.flatMap(breadth.relations(of:)).randomElement(using: &random)!
  }

  /// A subject of the world with a relation that would fit it and of which nothing is said.
  func nearMiss(using random: inout RandomSource) -> (relation: Int, subject: String)? {
    let subject = entities[random.integer(in: 0..<entities.count)]
    // A sister's sister is not asked for: people would expect that to hold both ways.
    let unsaid = breadth.relations(of: subject.kind).filter { relation in
      value(ofRelation: relation, subject: subject.name) == nil
        && !facts.contains { $0.relationIndex == relation && $0.value == subject.name }
    }
    // Half of the misses ask for what the text says of somebody else.
    let saidOfOthers = unsaid.filter { relation in facts.contains { $0.relationIndex == relation } }
    let pool = random.uniform() < 0.5 && !saidOfOthers.isEmpty ? saidOfOthers : unsaid
    return pool.randomElement(using: &random).map { ($0, subject.name) }
  }

  /// Pairs of facts of which the first one's value is the second one's subject.
  var chains: [(first: Fact, second: Fact)] {
    facts.flatMap { first in
      facts.lazy.filter { $0.subject == first.value && $0.value != first.subject }.map {
        (first, $0)
      }
    }
  }

  /// The facts whose value nothing else in the world has for the same relation.
  var invertible: [Fact] {
    facts.filter { fact in
      facts.filter { $0.relationIndex == fact.relationIndex && $0.value == fact.value }.count == 1
    }
  }
}
