package io.paretune.udfs.spark;

import java.io.Serializable;
import java.util.function.Function;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.classic.UserDefinedFunctionUtils;
import org.apache.spark.sql.execution.aggregate.ScalaAggregator$;
import org.apache.spark.sql.expressions.SparkUserDefinedFunction;
import org.apache.spark.sql.expressions.UserDefinedAggregator;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * {@link ParetuneFunctions} in every session: the class that {@code spark.sql.extensions} names,
 * beside Delta's.
 */
public final class ParetuneExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit>
    implements Serializable {
  private static final long serialVersionUID = 1;

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    ParetuneFunctions.all()
        .forEach(
            (name, function) -> {
              Function<Seq<Expression>, Expression> call = call(function.withName(name));
              extensions.injectFunction(
                  new Tuple3<>(
                      new FunctionIdentifier(name),
                      new ExpressionInfo(ParetuneFunctions.class.getName(), null, name),
                      call::apply));
            });
    return BoxedUnit.UNIT;
  }

  private static Function<Seq<Expression>, Expression> call(UserDefinedFunction function) {
    if (function instanceof UserDefinedAggregator<?, ?, ?> aggregator) {
      return arguments -> ScalaAggregator$.MODULE$.apply(aggregator, arguments);
    }
    return arguments ->
        UserDefinedFunctionUtils.toScalaUDF((SparkUserDefinedFunction) function, arguments);
  }
}
