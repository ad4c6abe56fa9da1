/// All studies, in the order of the page that lists them.
public enum Studies {
  public static let all: [any Study] = [
    InContextDescent(), OptimizerIdentities(), MuonTail(), InformationPerToken(),
    OneTokenEpisodes(), ConceptInference(), PromptMatrix(), VendiScore(), RecursiveGaussian(),
    LearnedDescent(), LearnedTurning(), RegressionCollapse(), LeCun1989(), Capacity(), SinglePass(),
    BijectionTunnel(),
    LanguageCollapse(), GamedJudge(), BestOfMany(), PromptOrWeights(), SteeringAndExamples(),
    SparseFeatures(), ConceptLens(), SparseChoice(), ContextRot(), Straw(), ServingForm(),
  ]

  public static func named(_ name: String) -> (any Study)? { all.first { $0.name == name } }
}
