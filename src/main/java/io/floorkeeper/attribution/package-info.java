/**
 * What the routing was worth: claims about quality and dollars that carry their error. Computed
 * when somebody asks, from what learning keeps anyway; nothing here is read by a decision.
 */
package io.floorkeeper.attribution;
