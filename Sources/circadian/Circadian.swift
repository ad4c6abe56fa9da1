import CommandLineInterface

/// The command line: every command is a file of its own.
@main
enum Circadian {
  static let version = "0.1.0"

  static func main() async {
    let tool = CommandLineTool(
      "circadian", version: version,
      abstract: "Language models that keep learning: awake from context, asleep into weights.",
      discussion: """
        An individual reads and talks by day. At night it distils what happened into a memory of its \
        own, and wakes with an empty context and still knows.
        """,
      examples: [
        "circadian new ada", "circadian read ada episode.md", "circadian sleep ada",
        "circadian recall ada",
      ],
      profiler: ProfileReport.told, admission: Launch.admit
    ) {
      NewCommand()
      ReadCommand()
      WatchCommand()
      ChatCommand()
      SleepCommand()
      BriefCommand()
      RecallCommand()
      HistoryCommand()
      RollbackCommand()
      MemoryCommand()
      SearchCommand()
      PeopleCommand()
      ForgetCommand()
      SkillsCommand()
      ScheduleCommand()
      ServeCommand()
      ExportCommand()
      GenerateCommand()
      CommandGroup("tokenizer", abstract: "Trains tokenizers and looks at what they do.") {
        TokenizerTrainCommand()
        TokenizerEncodeCommand()
        TokenizerDecodeCommand()
        TokenizerEvaluateCommand()
      }
      CommandGroup("model", abstract: "Looks into models that others published.") {
        ModelShowCommand()
        ModelLogitsCommand()
        ModelConvertCommand()
      }
      CommandGroup("template", abstract: "Writes conversations as published models read them.") {
        TemplateRenderCommand()
      }
      PretrainCommand()
      SparsifyCommand()
      MidtrainCommand()
      FinetuneCommand()
      ReinforceCommand()
      CompareRewardsCommand()
      DistillCommand()
      RefineCommand()
      PlanCommand()
      EvaluateCommand()
      ReportCommand()
      SteerCommand()
      CommandGroup("lens", abstract: "Shows the concepts in a core's states.") {
        LensTrainCommand()
        LensShowCommand()
      }
      CommandGroup("study", abstract: "Puts claims to the test, each with a verdict.") {
        StudyListCommand()
        StudyRunCommand()
      }
      CommandGroup("benchmark", abstract: "Puts sleep and memory to the test.") {
        BenchmarkSleepCommand()
        BenchmarkTextsCommand()
        BenchmarkSeasonsCommand()
        BenchmarkMorningsCommand()
        BenchmarkRelatedCommand()
        BenchmarkBriefsCommand()
        CommandGroup("memory", abstract: "Compares kinds of memory.") {
          BenchmarkRecallCommand()
          BenchmarkDigitsCommand()
          BenchmarkIntentsCommand()
          BenchmarkCoresCommand()
          BenchmarkReadingCommand()
          BenchmarkAttentionCommand()
        }
      }
    }
    await Launch.main(tool)
  }
}
