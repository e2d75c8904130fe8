package io.floorkeeper.platform;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an endpoint asks of its caller. Stands on every HTTP method, or once on its class; a method
 * that has none is never answered, and stops the build.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Needs {

  /** The scope that the caller's key must have. */
  Caller.Scope value();

  /** Scopes that do as well: whoever changes a thing has to see it first. */
  Caller.Scope[] or() default {};

  /**
   * Whether callers that are bound to a tenant may come in: the endpoint then shows and changes
   * nothing beyond their tenant. Where it looks at the whole installation they may not.
   */
  boolean ownTenant() default false;
}
