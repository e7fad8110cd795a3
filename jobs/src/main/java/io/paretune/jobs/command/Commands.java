package io.paretune.jobs.command;

import java.util.List;

/**
 * Every command, in the order of {@code --help}. Constructing one must load no class of Spark, so
 * that help and the commands of plain Java start at once.
 */
public final class Commands {
  public static final List<Command> ALL =
      List.of(
          new DemoCommand(),
          new IngestCommand(),
          new EncodeCommand(),
          new CalibrateCommand(),
          new TuneCommand(),
          new RetuneCommand(),
          new ConfirmCommand(),
          new FrontierCommand(),
          new ReportCommand(),
          new TemplateCommand(),
          new EvaluateCommand(),
          new MeasureCommand(),
          new JudgeCommand(),
          new ScoreCommand(),
          new ExportCommand(),
          new KernelsCommand(),
          new AskTellCommand());

  private Commands() {}
}
