/// All studies, in the order of the page that lists them.
public enum Studies {
  public static let all: [any Study] = [
    InContextDescent(), OptimizerIdentities(), InformationPerToken(), OneTokenEpisodes(),
    VendiScore(), RecursiveGaussian(), LearnedDescent(), RegressionCollapse(),
  ]

  public static func named(_ name: String) -> (any Study)? { all.first { $0.name == name } }
}
