import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { type Draft, emptyDraft, type FieldError } from '../model/form.ts';
import { type Field, isObject, takes } from '../model/schema.ts';
import { Icon } from './shapes.tsx';

interface Props<F extends Field = Field> {
  readonly field: F;
  readonly draft: Draft;
  /** Of the field; empty for the whole. */
  readonly path: string;
  readonly errors: readonly FieldError[];
  readonly onChange: (draft: Draft) => void;
}

type Of<Kind extends Field['kind']> = Props<Extract<Field, { kind: Kind }>>;
type Leaf = Props<Exclude<Field, { kind: 'group' | 'list' }>>;

/** One part of a form, with all that is in it. */
function FieldView(props: Props) {
  const { field } = props;
  switch (field.kind) {
    case 'group':
      return <GroupView {...props} field={field} />;
    case 'list':
      return <ListView {...props} field={field} />;
    default:
      return <LeafView {...props} field={field} />;
  }
}

/** The fields of an object, without a frame. */
export function Fields({ field, draft, path, errors, onChange }: Of<'group'>) {
  const parts = isObject(draft) ? (draft as Readonly<Record<string, Draft>>) : {};
  return (
    <>
      {field.fields.map(part => (
        <FieldView
          key={part.key}
          field={part}
          draft={parts[part.key] ?? ''}
          path={path === '' ? part.key : `${path}.${part.key}`}
          errors={errors}
          onChange={next => onChange({ ...parts, [part.key]: next })}
        />
      ))}
    </>
  );
}

function GroupView(props: Of<'group'>) {
  return (
    <fieldset class="field-group">
      <legend>
        <Label field={props.field} />
      </legend>
      <Description field={props.field} />
      <Fields {...props} />
      <Errors of={props} />
    </fieldset>
  );
}

function ListView({ field, draft, path, errors, onChange }: Of<'list'>) {
  const items: readonly Draft[] = Array.isArray(draft) ? draft : [];
  return (
    <fieldset class="field-group">
      <legend>
        <Label field={field} />
      </legend>
      <Description field={field} />
      {items.map((item, index) => (
        <div class="list-item" key={index}>
          <FieldView
            field={{ ...field.item, label: `${field.label} ${index + 1}` }}
            draft={item}
            path={`${path}.${index}`}
            errors={errors}
            onChange={next => onChange(items.map((old, place) => (place === index ? next : old)))}
          />
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${field.label} ${index + 1}`}
            onClick={() => onChange(items.filter((_, place) => place !== index))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <button
        type="button"
        class="button small"
        disabled={items.length >= field.max}
        onClick={() => onChange([...items, emptyDraft(field.item)])}
      >
        <Icon name="plus" /> Add {field.label}
      </button>
      <Errors of={{ path, errors }} />
    </fieldset>
  );
}

function LeafView(props: Leaf) {
  const { field, path, errors } = props;
  const id = useId();
  const isWrong = errors.some(error => error.path === path);
  return (
    <div class="field" data-wrong={isWrong}>
      <label for={id}>
        <Label field={field} />
      </label>
      <Control {...props} id={id} isWrong={isWrong} />
      <div id={`${id}-says`} class="field-says">
        <Errors of={props} />
        <Description field={field} />
      </div>
    </div>
  );
}

function Control({ field, draft, onChange, id, isWrong }: Leaf & { id: string; isWrong: boolean }) {
  const value = String(draft);
  const common = {
    id,
    value,
    'aria-describedby': `${id}-says`,
    'aria-invalid': isWrong,
    'aria-required': field.isRequired,
  };
  switch (field.kind) {
    case 'choice':
    case 'boolean': {
      const options =
        field.kind === 'choice' ? field.options.map(({ label }, index) => [String(index), label] as const) : BOOLEANS;
      return (
        <select {...common} onChange={event => onChange(event.currentTarget.value)}>
          <option value="">{field.isRequired ? 'Choose…' : 'Not given'}</option>
          {options.map(([key, label]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      );
    }
    case 'number':
      return (
        <input
          {...common}
          type="text"
          inputMode={field.isInteger ? 'numeric' : 'decimal'}
          autocomplete="off"
          onInput={event => onChange(event.currentTarget.value)}
        />
      );
    case 'text':
    case 'json':
      return (
        <textarea
          {...common}
          class={field.kind === 'json' ? 'mono' : ''}
          rows={field.kind === 'json' ? 3 : 1}
          spellcheck={false}
          autocomplete="off"
          placeholder={field.kind === 'json' ? '{ }' : ''}
          onInput={event => onChange(event.currentTarget.value)}
        />
      );
  }
}

const BOOLEANS = [
  ['true', 'true'],
  ['false', 'false'],
] as const;

function Label({ field }: { field: Field }): ComponentChildren {
  return (
    <>
      <span class="field-name">{field.label}</span>
      {field.isRequired ? <span class="required"> required</span> : null}
      <span class="field-takes"> {takes(field)}</span>
    </>
  );
}

function Description({ field: { description } }: { field: Field }) {
  return description === null ? null : <p class="field-description">{description}</p>;
}

function Errors({ of: { path, errors } }: { of: Pick<Props, 'path' | 'errors'> }) {
  return (
    <>
      {errors
        .filter(error => error.path === path)
        .map(({ message }) => (
          <p key={message} class="field-error">
            {message}
          </p>
        ))}
    </>
  );
}
