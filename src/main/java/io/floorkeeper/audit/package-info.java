/**
 * What can be proven of what was decided: the chains recomputed from their rows, and what that says
 * about pins. Reads only.
 */
package io.floorkeeper.audit;
