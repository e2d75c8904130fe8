package io.floorkeeper.access;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** Says in the interface description how a key is shown. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class KeyScheme implements OASFilter {
  private static final String NAME = "key";

  @Override
  public void filterOpenAPI(OpenAPI document) {
    if (document.getComponents() == null) {
      document.setComponents(OASFactory.createComponents());
    }
    document
        .getComponents()
        .addSecurityScheme(
            NAME,
            OASFactory.createSecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description(
                    "An API key, fk_<id>_<secret>; also as X-Floorkeeper-Key. Wanted where"
                        + " floorkeeper.security.mode is keys: 401 without one, 403 where it lacks"
                        + " the scope."));
    document.setSecurity(List.of(OASFactory.createSecurityRequirement().addScheme(NAME)));
  }
}
